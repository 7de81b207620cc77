with recursive

run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select * from {{ ref('int_months') }}
),

first_weeks as (
    select
        months.as_of,
        {{ week_of('months.first_order_date', 'run_context.week_start') }} as period_start
    from months
    cross join run_context
    where months.month_number = 0
),

weeks as (
    select as_of, 0 as period_number, period_start from first_weeks
    union all
    select as_of, period_number + 1 as period_number, period_start + 7 as period_start
    from weeks
    where period_start + 7 <= as_of
),

periods as (
    select as_of, 'month' as cohort_grain, month_number as period_number,
        month_start as period_start, month_end as period_end
    from months
    union all
    select as_of, 'week', period_number, period_start, period_start + 6
    from weeks
)

select
    *,
    period_end <= as_of as is_complete,
    count(*) filter (where period_end <= as_of) over (partition by cohort_grain)
        as complete_period_count
from periods
