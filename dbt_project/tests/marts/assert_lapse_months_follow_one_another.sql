-- A month begins with the customers the month before ended with, and the last one ends in the states.
with neighbours as (
    select
        month_start,
        customers_at_start,
        lag(customers_at_end, 1, 0) over (order by month_start) as ended_before
    from {{ ref('lapse_period') }}
),

at_the_end as (
    select
        max_by(months.month_start, months.month_start) as month_start,
        max_by(months.customers_at_end, months.month_start) as customers_at_end
    from {{ ref('lapse_period') }} as months
    where months.month_end = months.as_of
    having count(*) > 0
)

select
    month_start,
    customers_at_start,
    ended_before
from neighbours
where customers_at_start <> ended_before
union all
select
    at_the_end.month_start,
    at_the_end.customers_at_end,
    staying.customer_count
from at_the_end
cross join (
    select count(*) as customer_count from {{ ref('customer_lifecycle') }}
    where state not in ('prospect', 'lapsed')
) as staying
where at_the_end.customers_at_end <> staying.customer_count
