select
    source,
    order_id,
    line_number,
    line_kind,
    sku,
    product_name,
    quantity,
    unit_price,
    line_amount,
    line_discount_amount
from {{ source('current', 'order_lines') }}
