select
    source,
    order_id,
    shipped_at,
    delivered_at
from {{ source('current', 'deliveries') }}
