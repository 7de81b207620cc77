select
    source,
    message_id,
    customer_id,
    event_date,
    campaign,
    channel,
    event,
    event_at
from {{ source('current', 'messages') }}
