-- Every valid order stands in exactly one month, and every lone return too.
with by_month as (
    select
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(net_sales_amount), 0) as net_sales_amount,
        coalesce(sum(gross_amount - discount_amount - returns_amount), 0) as parts_amount,
        coalesce(sum(unmatched_returns_amount), 0) as unmatched_returns_amount
    from {{ ref('revenue_month') }}
),

by_order as (
    select
        count(*) filter (where is_valid_order) as order_count,
        coalesce(sum(net_sales_amount) filter (where is_valid_order), 0) as net_sales_amount,
        coalesce(sum(unmatched_returns_amount), 0) as unmatched_returns_amount
    from {{ ref('fct_orders') }}
)

select by_month.*, by_order.order_count as expected_order_count
from by_month
cross join by_order
where
    by_month.order_count <> by_order.order_count
    or by_month.net_sales_amount <> by_order.net_sales_amount
    or by_month.net_sales_amount <> by_month.parts_amount
    or by_month.unmatched_returns_amount <> by_order.unmatched_returns_amount
