select
    customer_id,
    occasion_count,
    days_since_last_occasion,
    p_alive,
    p_no_purchase_90,
    expected_orders_365,
    expected_mean_spend_amount,
    predicted_clv_amount,
    reason_code
from {{ source('scores', 'customer_predictions') }}
