select
    source,
    ticket_id,
    customer_id,
    created_date,
    first_response_date,
    resolved_date,
    created_at,
    first_response_at,
    resolved_at,
    ticket_status,
    query_type,
    channel,
    order_id,
    sku,
    is_negative,
    satisfaction_score
from {{ source('current', 'tickets') }}
