select
    campaign,
    customer_id,
    reason_key,
    contact_date,
    event,
    channel,
    segment
from {{ source('current', 'contact_log') }}
