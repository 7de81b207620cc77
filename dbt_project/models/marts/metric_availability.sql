select
    run_context.as_of,
    metric_availability.metric_id,
    metric_availability.position,
    metric_availability.title,
    metric_availability.answered_by,
    metric_availability.availability,
    metric_availability.reason,
    metric_availability.needs
from {{ ref('stg_metric_availability') }} as metric_availability
cross join {{ ref('stg_run_context') }} as run_context
order by metric_availability.metric_id
