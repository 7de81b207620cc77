select
    run_context.as_of,
    bins.model,
    bins.frequency_bin,
    bins.holdout_start,
    bins.holdout_days,
    bins.customers,
    bins.expected_purchases,
    bins.actual_purchases,
    bins.bias,
    bins.reason_code
from {{ ref('stg_clv_backtest') }} as bins
cross join {{ ref('stg_run_context') }} as run_context
order by bins.model, bins.frequency_bin
