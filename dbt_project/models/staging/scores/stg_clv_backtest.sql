select
    model,
    frequency_bin,
    holdout_start,
    holdout_days,
    customers,
    expected_purchases,
    actual_purchases,
    bias,
    reason_code
from {{ source('scores', 'clv_backtest') }}
