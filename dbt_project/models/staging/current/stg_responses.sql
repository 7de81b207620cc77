select
    source,
    survey_id,
    response_id,
    customer_id,
    response_date,
    submitted_at,
    is_completed,
    score,
    satisfaction_score,
    effort_score,
    journey_stage,
    respondent,
    order_id,
    language
from {{ source('current', 'responses') }}
