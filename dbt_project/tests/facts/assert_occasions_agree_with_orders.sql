-- Orders and occasions number the same days alike and hold the same money.
with by_order as (
    select customer_id, order_date, occasion_number, sum(net_sales_amount) as net_sales_amount
    from {{ ref('fct_orders') }}
    where occasion_number is not null
    group by customer_id, order_date, occasion_number
)

select occasions.customer_id, occasions.occasion_date, by_order.customer_id as order_customer_id
from {{ ref('fct_occasions') }} as occasions
full outer join by_order
    on occasions.customer_id = by_order.customer_id
    and occasions.occasion_date = by_order.order_date
    and occasions.occasion_number = by_order.occasion_number
    and occasions.net_sales_amount = by_order.net_sales_amount
where occasions.customer_id is null or by_order.customer_id is null
