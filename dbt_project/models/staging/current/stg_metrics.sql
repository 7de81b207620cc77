select
    metric,
    metric_id,
    title,
    definition,
    numerator_words,
    denominator_words,
    unit,
    direction,
    owner,
    is_proportion,
    headline_position,
    headline_period_type,
    rests_on_active_days
from {{ source('current', 'metrics') }}
