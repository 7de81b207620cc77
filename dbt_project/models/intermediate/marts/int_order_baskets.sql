-- Lines are summed to the order before anything is joined to anything.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid_order
),

units as (
    select
        source,
        order_id,
        sum(quantity) as unit_quantity
    from {{ ref('fct_order_lines') }}
    where line_kind = 'product'
    group by source, order_id
),

firsts as (
    select
        customer_id,
        min(order_date) as first_order_date
    from orders
    where is_identified
    group by customer_id
)

select
    orders.source,
    orders.order_id,
    orders.customer_id,
    orders.is_identified,
    orders.order_date,
    orders.net_sales_amount,
    units.unit_quantity,
    firsts.first_order_date
from orders
left join units
    on orders.source = units.source
    and orders.order_id = units.order_id
left join firsts on orders.customer_id = firsts.customer_id
