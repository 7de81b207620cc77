with lines as (
    select * from {{ ref('stg_order_lines') }}
),

orders as (
    select * from {{ ref('int_orders__rated') }}
),

converted as (
    select
        lines.source,
        lines.order_id,
        lines.line_number,
        orders.customer_id,
        orders.is_identified,
        orders.order_date,
        orders.ordered_at,
        orders.order_kind,
        orders.dead_reason,
        orders.currency,
        orders.exchange_rate,
        lines.line_kind,
        lines.sku,
        lines.product_name,
        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        lines.line_discount_amount,
        {{ converted('lines.line_amount', 'orders.exchange_rate') }} as gross_amount,
        {{ converted('lines.line_discount_amount', 'orders.exchange_rate') }} as discount_amount
    from lines
    inner join orders
        on lines.source = orders.source
        and lines.order_id = orders.order_id
)

select * from converted
