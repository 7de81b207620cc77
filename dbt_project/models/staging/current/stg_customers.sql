select
    customer_id,
    is_identified,
    country,
    loyalty_tier,
    loyalty_since,
    is_staff,
    language,
    has_email,
    email_marketing_consent
from {{ source('current', 'customers') }}
