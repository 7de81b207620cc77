with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_tenure') }}
)

select
    run_context.as_of,
    scores.population,
    scores.customer_count,
    scores.lapsed_count,
    scores.observed_days,
    scores.stayed_90_share,
    scores.stayed_180_share,
    scores.stayed_365_share,
    scores.stayed_730_share,
    scores.quantile_10_days,
    scores.quantile_10_status,
    scores.quantile_25_days,
    scores.quantile_25_status,
    scores.quantile_50_days,
    scores.quantile_50_status,
    scores.quantile_75_days,
    scores.quantile_75_status,
    scores.reason_code
from scores
cross join run_context
order by scores.population
