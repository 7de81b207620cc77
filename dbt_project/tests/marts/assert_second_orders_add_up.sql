-- Buyers with and without a discount are all buyers, quarters are the whole, and the whole is what
-- repeat_purchase says by another way.
with cells as (
    select * from {{ ref('first_to_second_order') }}
),

discounts as (
    select
        cohort_type, cohort_start, window_days,
        sum(customers_observed) filter (where first_order_discount = 'all') as observed_customers,
        sum(customers_observed) filter (where first_order_discount <> 'all') as observed_parts,
        sum(customers_repeated) filter (where first_order_discount = 'all') as repeated_customers,
        sum(customers_repeated) filter (where first_order_discount <> 'all') as repeated_parts
    from cells
    group by all
),

totals as (
    select
        window_days,
        sum(customers_acquired) filter (where cohort_type = 'all') as acquired_customers,
        coalesce(sum(customers_acquired) filter (where cohort_type = 'quarter'), 0) as acquired_parts,
        sum(customers_observed) filter (where cohort_type = 'all') as observed_customers,
        sum(customers_repeated) filter (where cohort_type = 'all') as repeated_customers
    from cells
    where first_order_discount = 'all'
    group by all
)

select cohort_type, window_days from discounts
where observed_customers <> observed_parts or repeated_customers <> repeated_parts
union all
select 'all' as cohort_type, totals.window_days
from totals
left join {{ ref('repeat_purchase') }} as repeats
    on totals.window_days = repeats.window_days
    and repeats.metric = 'repeat_within' and repeats.period_type = 'observed'
where
    totals.acquired_customers <> totals.acquired_parts
    or totals.observed_customers is distinct from repeats.denominator
    or totals.repeated_customers is distinct from repeats.numerator
