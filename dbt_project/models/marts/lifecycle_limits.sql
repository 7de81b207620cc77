with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_lifecycle_limits') }}
)

select
    run_context.as_of,
    scores.version,
    scores.level,
    scores.item,
    scores.status,
    scores.valid_from,
    scores.fitted_through,
    scores.gap_count,
    scores.event_count,
    scores.at_risk_estimate_days,
    scores.at_risk_limit_days,
    scores.at_risk_basis,
    scores.at_risk_reason_code,
    scores.is_floor_applied,
    scores.is_ceiling_applied,
    scores.lapse_estimate_days,
    scores.lapse_limit_days,
    scores.lapse_basis,
    scores.lapse_reason_code
from scores
cross join run_context
order by scores.version, scores.level, scores.item
