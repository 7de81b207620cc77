with orders as (
    select * from {{ ref('fct_orders') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    orders.source,
    orders.order_id,
    orders.customer_id,
    orders.is_identified,
    orders.order_date,
    {{ month_of('orders.order_date') }} as order_month,
    orders.order_kind,
    coalesce(orders.invalid_reason, 'valid') as validity,
    orders.currency,
    orders.exchange_rate,
    orders.gross_amount,
    orders.discount_amount,
    orders.returns_amount,
    case when orders.is_valid_order then orders.net_sales_amount else {{ money('0') }} end
        as net_sales_amount,
    orders.occasion_number
from orders
cross join run_context
order by orders.source, orders.order_id
