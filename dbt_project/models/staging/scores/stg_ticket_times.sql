select
    source,
    ticket_id,
    measure,
    query_type,
    created_date,
    elapsed_minutes,
    is_event,
    is_censored,
    target_minutes,
    is_breach,
    issue,
    time_basis
from {{ source('scores', 'ticket_times') }}
