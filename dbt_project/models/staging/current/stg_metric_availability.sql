select
    metric_id,
    position,
    title,
    answered_by,
    availability,
    reason,
    needs
from {{ source('current', 'metric_availability') }}
