select
    customer_id,
    segment,
    lifecycle_state,
    recency_score,
    frequency_score,
    monetary_score,
    frequency_monetary_score,
    days_since_last_order,
    occasion_count,
    net_sales_amount,
    at_risk_limit_days,
    lapse_limit_days
from {{ source('scores', 'customer_segments') }}
