with occasions as (
    select
        *,
        min(occasion_date) over (partition by customer_id) as first_occasion_date
    from {{ ref('fct_occasions') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

periods as (
    select * from {{ ref('int_cohort_periods') }}
),

placed as (
    select
        'month' as cohort_grain,
        occasions.*,
        {{ month_of('occasions.first_occasion_date') }} as cohort_start,
        {{ month_of('occasions.occasion_date') }} as period_start
    from occasions
    union all
    select
        'week',
        occasions.*,
        {{ week_of('occasions.first_occasion_date', 'run_context.week_start') }},
        {{ week_of('occasions.occasion_date', 'run_context.week_start') }}
    from occasions
    cross join run_context
)

select
    placed.cohort_grain,
    placed.customer_id,
    placed.occasion_number,
    placed.next_occasion_date is null as is_last_occasion,
    placed.net_sales_amount,
    placed.cohort_start,
    cohorts.period_number as cohort_number,
    periods.period_number - cohorts.period_number as period_offset
from placed
inner join periods
    on placed.cohort_grain = periods.cohort_grain
    and placed.period_start = periods.period_start
inner join periods as cohorts
    on placed.cohort_grain = cohorts.cohort_grain
    and placed.cohort_start = cohorts.period_start
