with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_regularity') }}
)

select
    run_context.as_of,
    scores.level,
    scores.item,
    scores.pair_count,
    scores.share_variance,
    scores.regularity,
    scores.is_regular,
    scores.reason_code
from scores
cross join run_context
order by scores.level, scores.item
