with retention as (
    select * from {{ ref('retention_period') }}
)

select
    as_of,
    period_type,
    period_start,
    period_end,
    active_days,
    customers_at_start,
    customers_lost,
    case when reason_code is null then {{ rate('customers_lost', 'customers_at_start') }} end
        as period_churn_rate,
    reason_code
from retention
order by period_type, period_start, active_days
