with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_lifecycle_transitions') }}
)

select
    run_context.as_of,
    scores.customer_id,
    scores.transition_date,
    scores.from_state,
    scores.to_state,
    scores.occasion_date,
    scores.silence_days,
    scores.limit_days,
    scores.limit_version
from scores
cross join run_context
order by scores.customer_id, scores.transition_date
