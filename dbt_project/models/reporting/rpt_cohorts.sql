with cells as (
    select * from {{ ref('retention_cohort') }}
)

select
    as_of,
    cohort_month,
    month_offset,
    cohort_size,
    active_customers,
    retention_rate,
    cell_status
from cells
where
    month_offset <= 12
    and cohort_month >= {{ month_after(month_of('as_of'), -12) }}
order by cohort_month, month_offset
