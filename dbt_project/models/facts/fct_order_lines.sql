with lines as (
    select * from {{ ref('int_order_lines__costed') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    lines.source,
    lines.order_id,
    lines.line_number,
    lines.customer_id,
    lines.order_date,
    lines.line_kind,
    lines.sku,
    lines.product_name,
    lines.category,
    lines.quantity,
    lines.returned_quantity,
    lines.gross_amount,
    lines.discount_amount,
    {{ money('lines.unit_cost_amount') }} as unit_cost_amount,
    lines.cost_amount,
    orders.is_valid_order
    and lines.line_kind = 'product'
    and lines.quantity > lines.returned_quantity as is_purchase
from lines
inner join orders
    on lines.source = orders.source
    and lines.order_id = orders.order_id
order by lines.source, lines.order_id, lines.line_number
