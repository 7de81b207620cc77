select
    period_start,
    period_end,
    ticket_count,
    median_minutes,
    reason_code
from {{ source('scores', 'week_waits') }}
