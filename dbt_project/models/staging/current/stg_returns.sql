select
    source,
    return_id,
    return_date,
    order_id,
    returned_at,
    sku,
    quantity,
    refund_amount,
    reason,
    currency,
    exchange_rate
from {{ source('current', 'returns') }}
