select
    sku,
    product_name,
    category,
    unit_cost,
    cost_currency,
    first_listed_date,
    is_active
from {{ source('current', 'products') }}
