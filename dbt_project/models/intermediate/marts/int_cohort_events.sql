-- What a cell counts happens once per customer: on coming in a period, on the last occasion ever,
-- or on the j-th. Sums over offsets then say "or later" and "by then".
with activity as (
    select * from {{ ref('int_cohort_activity') }}
)

select
    cohort_grain, cohort_number, period_offset,
    'n_period' as measure,
    1 as minimum_occasions,
    count(distinct customer_id) as customers,
    sum(net_sales_amount) as net_sales_amount
from activity
group by cohort_grain, cohort_number, period_offset
union all
select cohort_grain, cohort_number, period_offset, 'unbounded', 1, count(*), null
from activity
where is_last_occasion
group by cohort_grain, cohort_number, period_offset
union all
select
    cohort_grain, cohort_number, period_offset, 'cumulative_repurchase', occasion_number,
    count(*), null
from activity
where occasion_number between 2 and 5
group by cohort_grain, cohort_number, period_offset, occasion_number
union all
select cohort_grain, cohort_number, period_offset, 'same_period_repeat', 2, count(*), null
from activity
where occasion_number = 2 and period_offset = 0
group by cohort_grain, cohort_number, period_offset
