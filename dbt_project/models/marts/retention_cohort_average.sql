with cells as (
    select
        as_of, cohort_grain, measure, minimum_occasions, period_offset,
        cohort_size, customers, cell_status
    from {{ ref('retention_cohort') }}
    union all
    select
        as_of, 'month', 'elapsed_30_days', 1, window_number,
        cohort_size, customers, cell_status
    from {{ ref('retention_cohort_elapsed') }}
),

summed as (
    select
        as_of,
        cohort_grain,
        measure,
        minimum_occasions,
        period_offset,
        count(*) as cohort_count,
        cast(sum(cohort_size) as bigint) as cohort_size,
        cast(sum(customers) as bigint) as customers
    from cells
    where cell_status = 'complete' and cohort_size > 0
    group by as_of, cohort_grain, measure, minimum_occasions, period_offset
)

select
    *,
    {{ rate('customers', 'cohort_size') }} as rate,
    {{ wilson_bound('customers', 'cohort_size', '-') }} as interval_low,
    {{ wilson_bound('customers', 'cohort_size', '+') }} as interval_high
from summed
order by cohort_grain, measure, minimum_occasions, period_offset
