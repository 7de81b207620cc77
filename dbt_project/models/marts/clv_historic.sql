with customers as (
    select * from {{ ref('dim_customers') }}
    where occasion_count > 0
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    customers.customer_id,
    customers.first_order_date,
    customers.last_order_date,
    customers.occasion_count,
    customers.lifetime_gross_amount as gross_amount,
    customers.lifetime_discount_amount as discount_amount,
    customers.lifetime_returns_amount as returns_amount,
    customers.lifetime_net_sales_amount as historic_clv_amount,
    {{ money(divided_half_up('customers.lifetime_net_sales_amount', 'customers.occasion_count')) }}
        as average_occasion_amount
from customers
cross join run_context
order by customers.customer_id
