-- Month 0 of a cohort holds exactly its people, and nobody is in two cohorts.
select cohort_month, cohort_size, active_customers
from {{ ref('retention_cohort') }}
where month_offset = 0 and cohort_size <> active_customers
union all
select null as cohort_month, sum(cohort_size) as cohort_size, firsts.customer_count
from {{ ref('retention_cohort') }}
cross join (
    select count(*) as customer_count from {{ ref('fct_occasions') }} where occasion_number = 1
) as firsts
where month_offset = 0
group by firsts.customer_count
having sum(cohort_size) <> firsts.customer_count
