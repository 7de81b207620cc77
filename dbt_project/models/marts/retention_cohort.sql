{%- set followed_weeks = 52 -%}
with cells as (
    select * from {{ ref('int_cohort_cells') }}
),

events as (
    select * from {{ ref('int_cohort_events') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

measures as (
    select 'n_period' as measure, 1 as minimum_occasions
    union all
    select 'unbounded', 1
    union all
    select 'same_period_repeat', 2
    {%- for occasions in [2, 3, 4, 5] %}
    union all
    select 'cumulative_repurchase', {{ occasions }}
    {%- endfor %}
),

measured as (
    select
        cells.*,
        measures.measure,
        measures.minimum_occasions,
        coalesce(events.customers, 0) as new_customers,
        case when measures.measure = 'n_period' then coalesce(events.net_sales_amount, 0) end
            as net_sales_amount
    from cells
    inner join measures on cells.period_offset = 0 or measures.measure <> 'same_period_repeat'
    left join events
        on cells.cohort_grain = events.cohort_grain
        and cells.cohort_number = events.cohort_number
        and cells.period_offset = events.period_offset
        and measures.measure = events.measure
        and measures.minimum_occasions = events.minimum_occasions
),

counted as (
    select
        *,
        cast(case measure
            when 'unbounded' then sum(new_customers) over (
                by_cohort rows between current row and unbounded following
            )
            when 'cumulative_repurchase' then sum(new_customers) over (
                by_cohort rows between unbounded preceding and current row
            )
            else new_customers
        end as bigint) as customers
    from measured
    window by_cohort as (
        partition by cohort_grain, cohort_number, measure, minimum_occasions
        order by period_offset
    )
)

select
    counted.as_of,
    counted.cohort_grain,
    counted.measure,
    cast(counted.minimum_occasions as bigint) as minimum_occasions,
    counted.cohort_start,
    cast(counted.period_offset as bigint) as period_offset,
    counted.period_start,
    counted.period_end,
    counted.cohort_size,
    counted.customers,
    {{ rate('counted.customers', 'counted.cohort_size') }} as rate,
    {{ wilson_bound('counted.customers', 'counted.cohort_size', '-') }} as interval_low,
    {{ wilson_bound('counted.customers', 'counted.cohort_size', '+') }} as interval_high,
    {{ money('counted.net_sales_amount') }} as net_sales_amount,
    case
        when not counted.is_complete then 'partial'
        when counted.measure = 'unbounded'
            and counted.later_complete_periods < run_context.cohort_maturity_periods
            then 'immature'
        else 'complete'
    end as cell_status,
    case when counted.cohort_size = 0 then 'nobody_in_cohort' end as reason_code
from counted
cross join run_context
where counted.cohort_grain = 'month' or counted.period_offset <= {{ followed_weeks }}
order by cohort_grain, measure, minimum_occasions, cohort_start, period_offset
