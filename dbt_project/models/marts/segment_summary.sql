with run_context as (
    select * from {{ ref('stg_run_context') }}
),

names as (
    select * from {{ ref('rfm_segments') }}
),

members as (
    select
        scores.segment,
        customers.lifetime_net_sales_amount,
        customers.has_email and customers.email_marketing_consent as is_contactable
    from {{ ref('stg_customer_segments') }} as scores
    inner join {{ ref('dim_customers') }} as customers
        on scores.customer_id = customers.customer_id
),

counted as (
    select
        names.segment,
        count(members.segment) as customer_count,
        coalesce(sum(members.lifetime_net_sales_amount), 0) as net_sales_amount,
        count(*) filter (where members.is_contactable) as contactable_count
    from names
    left join members on names.segment = members.segment
    group by names.segment
)

select
    run_context.as_of,
    counted.segment,
    counted.customer_count,
    {{ rate('counted.customer_count', 'sum(counted.customer_count) over ()') }} as customer_share,
    {{ money('counted.net_sales_amount') }} as net_sales_amount,
    {{ rate('counted.net_sales_amount', 'sum(counted.net_sales_amount) over ()') }}
        as net_sales_share,
    counted.contactable_count
from counted
cross join run_context
order by counted.segment
