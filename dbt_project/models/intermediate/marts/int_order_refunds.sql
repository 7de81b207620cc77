-- Fully refunded orders are no purchases, but leaving them out would hide the worst refunds.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid_order or (invalid_reason = 'fully_refunded' and order_kind = 'sale')
),

run_context as (
    select * from {{ ref('stg_run_context') }}
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
    orders.order_date,
    case
        when not orders.is_identified then 'guest'
        when orders.order_date > firsts.first_order_date then 'later'
        else 'first'
    end as occasion,
    {{ money('greatest(orders.gross_amount - orders.discount_amount, 0)') }} as goods_amount,
    -- Without an exchange rate there is no amount, but the refund is known all the same.
    coalesce(orders.returns_amount, 0) as refunded_amount,
    coalesce(orders.returns_amount > 0, false) or not orders.is_valid_order as is_refunded
from orders
inner join run_context on orders.order_date <= run_context.as_of - 30
left join firsts on orders.customer_id = firsts.customer_id
