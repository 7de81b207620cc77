select
    run_context.as_of,
    metrics.metric,
    metrics.metric_id,
    metrics.title,
    metrics.definition,
    metrics.numerator_words,
    metrics.denominator_words,
    metrics.unit,
    metrics.direction,
    metrics.owner,
    metrics.is_proportion,
    metrics.headline_position,
    metrics.headline_period_type,
    metrics.rests_on_active_days
from {{ ref('stg_metrics') }} as metrics
cross join {{ ref('stg_run_context') }} as run_context
order by metrics.metric
