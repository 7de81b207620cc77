-- Every valid order came through exactly one sales channel, and every customer has one row.
with mix as (
    select
        coalesce(sum(numerator), 0) as order_count,
        coalesce(sum(net_sales_amount), 0) as net_sales_amount
    from {{ ref('channel_mix') }}
),

orders as (
    select
        count(*) as order_count,
        coalesce(sum(net_sales_amount), 0) as net_sales_amount,
        count(distinct customer_id) filter (where is_identified) as customer_count
    from {{ ref('fct_orders') }}
    where is_valid_order
),

customers as (
    select count(*) as customer_count, coalesce(sum(order_count), 0) as order_count
    from {{ ref('customer_channel') }}
)

select mix.*, orders.order_count as expected_order_count
from mix
cross join orders
cross join customers
where
    mix.order_count <> orders.order_count
    or mix.net_sales_amount <> orders.net_sales_amount
    or customers.customer_count <> orders.customer_count
union all
select numerator, net_sales_amount, denominator
from {{ ref('channel_mix') }}
where numerator > denominator or order_share > 1
