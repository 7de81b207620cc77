select
    run_context.as_of,
    trend.segment,
    trend.observed_on,
    trend.customer_count,
    trend.entered_count,
    trend.left_count
from {{ ref('stg_segment_trend') }} as trend
cross join {{ ref('stg_run_context') }} as run_context
order by trend.segment, trend.observed_on
