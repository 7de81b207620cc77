select
    as_of,
    store_timezone,
    reporting_currency,
    headline_active_days,
    zero_value_orders_are_valid,
    fully_refunded_orders_are_valid,
    survey_window_days,
    week_start,
    cohort_maturity_periods,
    conversion_window_days,
    engagement_window_days,
    repeated_request_people,
    gross_margin_share,
    history_is_complete
from {{ source('current', 'run_context') }}
