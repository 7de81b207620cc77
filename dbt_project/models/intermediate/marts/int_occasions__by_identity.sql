with orders as (
    select
        facts.customer_id,
        facts.order_date,
        stated.unmerged_customer_id
    from {{ ref('fct_orders') }} as facts
    inner join {{ ref('stg_orders') }} as stated
        on facts.source = stated.source
        and facts.order_id = stated.order_id
    where facts.is_valid_order and facts.is_identified
),

occasions as (
    select distinct
        'merged' as identity_basis,
        customer_id as person_key,
        order_date as occasion_date
    from orders
    union all
    select distinct
        'unmerged' as identity_basis,
        unmerged_customer_id as person_key,
        order_date as occasion_date
    from orders
    where unmerged_customer_id is not null
)

select
    identity_basis,
    person_key,
    occasion_date,
    min(occasion_date) over by_person as first_occasion_date,
    lead(occasion_date) over (
        partition by identity_basis, person_key
        order by occasion_date
    ) as next_occasion_date
from occasions
window by_person as (partition by identity_basis, person_key)
