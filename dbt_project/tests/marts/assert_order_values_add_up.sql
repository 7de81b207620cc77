-- New, existing and guest orders add to all, and all to the valid orders of the months.
with months as (
    select
        sum(numerator) filter (where customer_kind = 'all') as net_sales_amount,
        sum(denominator) filter (where customer_kind = 'all') as order_count,
        sum(numerator) filter (where customer_kind <> 'all') as parts_amount,
        sum(denominator) filter (where customer_kind <> 'all') as parts_count
    from {{ ref('order_value_month') }}
    where metric = 'average_order_value' and period_type = 'month'
),

orders as (
    select sum(net_sales_amount) as net_sales_amount, count(*) as order_count
    from {{ ref('fct_orders') }}
    where is_valid_order
)

select months.*
from months
cross join orders
where
    months.net_sales_amount <> orders.net_sales_amount
    or months.order_count <> orders.order_count
    or months.parts_amount <> months.net_sales_amount
    or months.parts_count <> months.order_count
