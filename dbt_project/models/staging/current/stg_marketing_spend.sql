select
    source,
    spend_date,
    marketing_channel,
    campaign,
    purpose,
    spend_amount,
    currency,
    exchange_rate
from {{ source('current', 'marketing_spend') }}
