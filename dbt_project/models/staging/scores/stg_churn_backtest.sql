select
    method,
    level,
    item,
    cutoff_date,
    window_days,
    customer_count,
    no_purchase_count,
    predicted_share,
    actual_share,
    bias,
    brier_score,
    reason_code
from {{ source('scores', 'churn_backtest') }}
