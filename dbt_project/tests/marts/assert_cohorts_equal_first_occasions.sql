-- Period 0 of a cohort holds exactly its people, and nobody is in two months.
select cohort_grain, cohort_start, cohort_size, customers
from {{ ref('retention_cohort') }}
where measure = 'n_period' and period_offset = 0 and cohort_size <> customers
union all
select 'month' as cohort_grain, null as cohort_start, sum(cohort_size) as cohort_size, firsts.customer_count
from {{ ref('retention_cohort') }}
cross join (
    select count(*) as customer_count from {{ ref('fct_occasions') }} where occasion_number = 1
) as firsts
where cohort_grain = 'month' and measure = 'n_period' and period_offset = 0
group by firsts.customer_count
having sum(cohort_size) <> firsts.customer_count
