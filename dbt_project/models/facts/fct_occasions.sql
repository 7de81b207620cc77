with orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid_order and is_identified
),

occasions as (
    select
        customer_id,
        order_date as occasion_date,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(discount_amount) as discount_amount
    from orders
    group by customer_id, order_date
),

neighboured as (
    select
        *,
        row_number() over by_customer as occasion_number,
        lag(occasion_date) over by_customer as previous_occasion_date,
        lead(occasion_date) over by_customer as next_occasion_date
    from occasions
    window by_customer as (partition by customer_id order by occasion_date)
)

select
    customer_id,
    occasion_date,
    occasion_number,
    order_count,
    {{ money('net_sales_amount') }} as net_sales_amount,
    {{ money('coalesce(discount_amount, 0)') }} as discount_amount,
    previous_occasion_date,
    next_occasion_date,
    cast({{ days_between('previous_occasion_date', 'occasion_date') }} as bigint)
        as days_since_previous
from neighboured
order by customer_id, occasion_date
