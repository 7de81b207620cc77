with run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select month_start from {{ ref('int_months') }}
    union
    select {{ month_of('response_date') }} as month_start from {{ ref('fct_responses') }}
    where response_date is not null
),

-- The window before and the one of a year ago are there to compare the latest with.
trailing_ends as (
    select as_of as period_end from run_context
    union all
    select as_of - 90 as period_end from run_context
    union all
    select as_of - 365 as period_end from run_context
)

select
    'month' as period_type,
    months.month_start as period_start,
    last_day(months.month_start) as period_end
from months
cross join run_context
where last_day(months.month_start) <= run_context.as_of
union all
select
    'trailing_90' as period_type,
    period_end - 89 as period_start,
    period_end
from trailing_ends
