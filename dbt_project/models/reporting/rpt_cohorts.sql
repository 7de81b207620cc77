with cells as (
    select * from {{ ref('retention_cohort') }}
    where cohort_grain = 'month' and measure = 'n_period'
)

select
    as_of,
    cohort_start as cohort_month,
    period_offset as month_offset,
    cohort_size,
    customers as active_customers,
    rate as retention_rate,
    cell_status
from cells
where
    period_offset <= 12
    and cohort_start >= {{ month_after(month_of('as_of'), -12) }}
order by cohort_month, month_offset
