{#- Weekly cohorts of two years, followed for a year: enough to read, small enough to keep. -#}
{%- set cohort_weeks = 104 -%}
with periods as (
    select * from {{ ref('int_cohort_periods') }}
),

newest as (
    select cohort_grain, max(period_number) as newest_number
    from periods
    group by cohort_grain
),

sizes as (
    select cohort_grain, cohort_number, count(*) as cohort_size
    from {{ ref('int_cohort_activity') }}
    where occasion_number = 1
    group by cohort_grain, cohort_number
),

cohorts as (
    select
        periods.cohort_grain,
        periods.period_number as cohort_number,
        periods.period_start as cohort_start,
        coalesce(sizes.cohort_size, 0) as cohort_size
    from periods
    inner join newest on periods.cohort_grain = newest.cohort_grain
    left join sizes
        on periods.cohort_grain = sizes.cohort_grain
        and periods.period_number = sizes.cohort_number
    where periods.cohort_grain = 'month' or periods.period_number > newest.newest_number - {{ cohort_weeks }}
)

select
    periods.as_of,
    cohorts.cohort_grain,
    cohorts.cohort_number,
    cohorts.cohort_start,
    cohorts.cohort_size,
    periods.period_number - cohorts.cohort_number as period_offset,
    periods.period_start,
    periods.period_end,
    periods.is_complete,
    -- Complete periods after this one.
    periods.complete_period_count - 1 - periods.period_number as later_complete_periods
from cohorts
inner join periods
    on cohorts.cohort_grain = periods.cohort_grain
    and cohorts.cohort_number <= periods.period_number
