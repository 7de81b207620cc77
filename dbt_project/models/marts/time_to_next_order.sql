with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_time_to_next_order') }}
)

select
    run_context.as_of,
    scores.scope,
    scores.item,
    scores.item_name,
    scores.gap_count,
    scores.event_count,
    scores.observed_days,
    scores.returned_30_share,
    scores.returned_60_share,
    scores.returned_90_share,
    scores.returned_180_share,
    scores.returned_365_share,
    scores.returned_90_low,
    scores.returned_90_high,
    scores.quantile_10_days,
    scores.quantile_10_status,
    scores.quantile_25_days,
    scores.quantile_25_status,
    scores.quantile_50_days,
    scores.quantile_50_status,
    scores.quantile_75_days,
    scores.quantile_75_status,
    scores.completed_only_10_days,
    scores.completed_only_25_days,
    scores.completed_only_50_days,
    scores.completed_only_75_days,
    scores.reason_code
from scores
cross join run_context
order by scores.scope, scores.item
