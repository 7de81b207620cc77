{%- set window_days = 30 -%}
with occasions as (
    select
        customer_id,
        occasion_date,
        min(occasion_date) over (partition by customer_id) as first_occasion_date
    from {{ ref('fct_occasions') }}
),

months as (
    select * from {{ ref('int_months') }}
),

cohorts as (
    select
        months.as_of,
        months.month_start as cohort_start,
        months.is_complete,
        count(*) as cohort_size,
        min(firsts.first_occasion_date) as oldest_first_date,
        max(firsts.first_occasion_date) as youngest_first_date
    from months
    inner join occasions as firsts
        on months.month_start = {{ month_of('firsts.first_occasion_date') }}
        and firsts.occasion_date = firsts.first_occasion_date
    group by months.as_of, months.month_start, months.is_complete
),

-- There are more weeks than windows of 30 days, so their numbers reach.
windows as (
    select period_number as window_number from {{ ref('int_cohort_periods') }}
    where cohort_grain = 'week'
),

activity as (
    select
        {{ month_of('first_occasion_date') }} as cohort_start,
        cast(floor(
            {{ days_between('first_occasion_date', 'occasion_date') }} / {{ window_days }}
        ) as integer) as window_number,
        count(distinct customer_id) as customers
    from occasions
    group by all
),

cells as (
    select
        cohorts.*,
        windows.window_number,
        {{ window_days }} * windows.window_number as from_day,
        {{ window_days }} * windows.window_number + {{ window_days - 1 }} as to_day,
        coalesce(activity.customers, 0) as customers
    from cohorts
    inner join windows
        on cohorts.as_of >= cohorts.oldest_first_date + {{ window_days }} * windows.window_number
    left join activity
        on cohorts.cohort_start = activity.cohort_start
        and windows.window_number = activity.window_number
)

select
    as_of,
    cohort_start,
    cast(window_number as bigint) as window_number,
    cast(from_day as bigint) as from_day,
    cast(to_day as bigint) as to_day,
    cohort_size,
    customers,
    {{ rate('customers', 'cohort_size') }} as rate,
    {{ wilson_bound('customers', 'cohort_size', '-') }} as interval_low,
    {{ wilson_bound('customers', 'cohort_size', '+') }} as interval_high,
    -- A month not over may still gain members, so nothing about it is complete.
    case
        when is_complete and youngest_first_date + to_day <= as_of then 'complete'
        else 'partial'
    end as cell_status
from cells
order by cohort_start, window_number
