with run_context as (
    select * from {{ ref('stg_run_context') }}
),

firsts as (
    select customer_id, first_order_date, lifetime_net_sales_amount
    from {{ ref('dim_customers') }}
    where occasion_count > 0
)

select
    run_context.as_of,
    firsts.customer_id,
    firsts.first_order_date,
    case when people.loyalty_since <= run_context.as_of then people.loyalty_since end as loyalty_since,
    case
        when people.loyalty_since > run_context.as_of then 'non_member'
        when people.loyalty_since is not null or people.loyalty_tier is not null then 'member'
        else 'non_member'
    end as loyalty_group
from firsts
inner join {{ ref('stg_customers') }} as people on firsts.customer_id = people.customer_id
cross join run_context
