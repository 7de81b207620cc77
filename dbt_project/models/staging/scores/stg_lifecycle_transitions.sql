select
    customer_id,
    transition_date,
    from_state,
    to_state,
    occasion_date,
    silence_days,
    limit_days,
    limit_version
from {{ source('scores', 'lifecycle_transitions') }}
