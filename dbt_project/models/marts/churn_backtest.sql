with run_context as (
    select * from {{ ref('stg_run_context') }}
),

scores as (
    select * from {{ ref('stg_churn_backtest') }}
)

select
    run_context.as_of,
    scores.method,
    scores.level,
    scores.item,
    scores.cutoff_date,
    scores.window_days,
    scores.customer_count,
    scores.no_purchase_count,
    scores.predicted_share,
    scores.actual_share,
    scores.bias,
    scores.brier_score,
    scores.reason_code
from scores
cross join run_context
order by scores.method, scores.level, scores.item
