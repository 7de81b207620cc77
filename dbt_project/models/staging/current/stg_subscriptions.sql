select
    source,
    subscription_id,
    customer_id,
    start_date,
    cancel_date,
    sku,
    started_at,
    cancelled_at
from {{ source('current', 'subscriptions') }}
