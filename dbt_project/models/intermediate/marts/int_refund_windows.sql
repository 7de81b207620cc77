-- The last day that is judged lies 30 days back: younger orders have not had time to come back.
with run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select * from {{ ref('int_months') }}
)

select
    as_of,
    'month' as period_type,
    month_start as period_start,
    month_end as period_end,
    month_end <= as_of - 30 as is_complete
from months
union all
select
    as_of,
    'trailing_365' as period_type,
    as_of - 394 as period_start,
    as_of - 30 as period_end,
    true as is_complete
from run_context
union all
select
    as_of,
    'lifetime' as period_type,
    min(first_order_date) as period_start,
    as_of - 30 as period_end,
    true as is_complete
from months
group by as_of
