select
    sku,
    product_name,
    category
from {{ source('current', 'products') }}
