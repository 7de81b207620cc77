select
    customer_id,
    is_identified,
    country,
    language,
    has_email,
    email_marketing_consent
from {{ source('current', 'customers') }}
