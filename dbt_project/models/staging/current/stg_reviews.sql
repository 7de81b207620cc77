select
    source,
    review_id,
    customer_id,
    review_date,
    platform,
    reviewed_at,
    rating,
    is_solicited,
    order_id,
    sku
from {{ source('current', 'reviews') }}
