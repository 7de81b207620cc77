-- Orders on the late list are open in the stage that they wait in.
with listed as (
    select count(*) as late_count from {{ ref('late_deliveries') }}
),

open_counts as (
    select coalesce(sum(open_count), 0) as open_count from {{ ref('delivery_time') }}
    where stage = 'order_to_delivered' and scope = 'all'
)

select listed.late_count, open_counts.open_count
from listed
cross join open_counts
where listed.late_count > open_counts.open_count
union all
select alls.open_count, sum(countries.open_count)
from {{ ref('delivery_time') }} as alls
inner join {{ ref('delivery_time') }} as countries
    on alls.month_start = countries.month_start
    and alls.stage = countries.stage
    and countries.scope = 'country'
where alls.scope = 'all'
group by alls.month_start, alls.stage, alls.open_count, alls.done_count
having alls.open_count <> sum(countries.open_count) or alls.done_count <> sum(countries.done_count)
