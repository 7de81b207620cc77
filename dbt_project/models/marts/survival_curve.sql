with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_survival_curve') }}
)

select
    run_context.as_of,
    scores.curve,
    scores.band,
    scores.day,
    scores.survival_share,
    scores.at_risk_count
from scores
cross join run_context
order by scores.curve, scores.band, scores.day
