select
    as_of,
    store_timezone,
    reporting_currency,
    headline_active_days,
    zero_value_orders_are_valid,
    fully_refunded_orders_are_valid,
    survey_window_days
from {{ source('current', 'run_context') }}
