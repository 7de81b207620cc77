select
    metric,
    period_type,
    valid_from,
    target_value,
    step_value,
    note
from {{ source('current', 'targets') }}
