with retention as (
    select * from {{ ref('retention_period') }}
    where period_type = 'month'
)

select
    as_of,
    period_start,
    period_end,
    active_days,
    customers_at_start,
    customers_at_end,
    customers_acquired,
    customers_lost,
    customers_reactivated,
    classic_retention_rate,
    true_retention_rate,
    reason_code
from retention
order by period_start, active_days
