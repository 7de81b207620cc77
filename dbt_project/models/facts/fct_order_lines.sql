with lines as (
    select * from {{ ref('int_order_lines__converted') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

returned as (
    select
        sale_source,
        sale_order_id,
        sale_line_number,
        sum(matched_quantity) as returned_quantity
    from {{ ref('fct_return_matches') }}
    group by sale_source, sale_order_id, sale_line_number
)

select
    lines.source,
    lines.order_id,
    lines.line_number,
    lines.customer_id,
    lines.order_date,
    lines.line_kind,
    lines.sku,
    coalesce(lines.product_name, products.product_name) as product_name,
    products.category,
    {{ money('lines.quantity') }} as quantity,
    {{ money('coalesce(returned.returned_quantity, 0)') }} as returned_quantity,
    lines.gross_amount,
    lines.discount_amount,
    orders.is_valid_order
    and lines.line_kind = 'product'
    and lines.quantity > coalesce(returned.returned_quantity, 0) as is_purchase
from lines
inner join orders
    on lines.source = orders.source
    and lines.order_id = orders.order_id
left join products on lines.sku = products.sku
left join returned
    on lines.source = returned.sale_source
    and lines.order_id = returned.sale_order_id
    and lines.line_number = returned.sale_line_number
order by lines.source, lines.order_id, lines.line_number
