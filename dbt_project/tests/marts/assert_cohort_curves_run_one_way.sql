-- "Or later" can only fall with the offset and "by then" only rise; who bought in a period bought
-- in it or later; and a second occasion within the first period is a repurchase by its end.
with cells as (
    select * from {{ ref('retention_cohort') }}
),

neighboured as (
    select
        *,
        lag(customers) over (
            partition by cohort_grain, measure, minimum_occasions, cohort_start
            order by period_offset
        ) as customers_before
    from cells
)

select cohort_grain, measure, minimum_occasions, cohort_start, period_offset
from neighboured
where
    (measure = 'unbounded' and customers > customers_before)
    or (measure = 'cumulative_repurchase' and customers < customers_before)
    or customers > cohort_size
union all
select one.cohort_grain, one.measure, one.minimum_occasions, one.cohort_start, one.period_offset
from cells as one
inner join cells as other
    on one.cohort_grain = other.cohort_grain
    and one.cohort_start = other.cohort_start
    and one.period_offset = other.period_offset
where
    (one.measure = 'n_period' and other.measure = 'unbounded' and one.customers > other.customers)
    or (
        one.measure = 'same_period_repeat'
        and other.measure = 'cumulative_repurchase' and other.minimum_occasions = 2
        and one.customers <> other.customers
    )
    or (
        one.measure = 'cumulative_repurchase' and other.measure = 'cumulative_repurchase'
        and one.minimum_occasions < other.minimum_occasions and one.customers < other.customers
    )
