with run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select * from {{ ref('int_months') }}
),

newest as (
    select
        max(month_start) filter (where is_complete) as month_start,
        min(first_order_date) as first_order_date
    from months
)

select 'window' as scope, 'month' as period_type, month_start as period_start,
    last_day(month_start) as period_end
from newest
where month_start is not null
union all
select 'window', 'trailing_365', as_of - 364, as_of
from run_context
union all
select 'lifetime', 'lifetime', newest.first_order_date, run_context.as_of
from run_context
cross join newest
union all
select 'month_0_to_3', 'cohort_month', months.month_start, months.month_end
from months
inner join newest on months.month_start = {{ month_after('newest.month_start', -6) }}
union all
select 'month_0_to_1', 'cohort_month', months.month_start, months.month_end
from months
inner join newest on months.month_start = newest.month_start
