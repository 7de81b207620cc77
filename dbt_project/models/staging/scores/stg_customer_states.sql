select
    customer_id,
    state,
    since_date,
    limit_version,
    order_band,
    occasion_count,
    first_occasion_date,
    last_occasion_date,
    days_since_last,
    at_risk_limit_days,
    lapse_limit_days,
    median_gap_days,
    overdue_ratio,
    lapse_count
from {{ source('scores', 'customer_states') }}
