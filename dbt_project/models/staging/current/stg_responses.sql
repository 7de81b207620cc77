select
    source,
    survey_id,
    response_id,
    customer_id,
    response_date,
    submitted_at,
    is_completed,
    score,
    language
from {{ source('current', 'responses') }}
