with months as (
    select * from {{ ref('int_months') }}
    where is_complete
),

moves as (
    select
        *,
        {{ month_of('transition_date') }} as month_start,
        case when to_state = 'lapsed' then -1 else 1 end as change,
        max(case when to_state != 'lapsed' then transition_date end) over (
            partition by customer_id order by transition_date
        ) as entered_date
    from {{ ref('stg_lifecycle_transitions') }}
    where to_state in ('new', 'lapsed', 'reactivated')
),

counted as (
    select
        month_start,
        count(*) filter (where to_state = 'new') as customers_new,
        count(*) filter (where to_state = 'reactivated') as customers_reactivated,
        count(*) filter (where to_state = 'lapsed') as customers_lapsed,
        count(distinct customer_id) filter (
            where to_state = 'lapsed' and entered_date < month_start
        ) as customers_at_start_lapsed,
        count(*) filter (
            where to_state = 'lapsed' and silence_days > limit_days
        ) as lapsed_by_shorter_limit,
        cast(sum(change) as bigint) as net_change
    from moves
    group by month_start
),

in_force as (
    select
        valid_from as quarter_start,
        version,
        count(lapse_limit_days) > 0 as has_lapse_limit
    from {{ ref('stg_lifecycle_limits') }}
    where level = 'order_number' and item != 'all' and status != 'forming'
    group by valid_from, version
),

bridged as (
    select
        months.as_of,
        months.month_start,
        months.month_end,
        in_force.version as limit_version,
        coalesce(in_force.has_lapse_limit, false) as has_lapse_limit,
        coalesce(counted.customers_new, 0) as customers_new,
        coalesce(counted.customers_reactivated, 0) as customers_reactivated,
        coalesce(counted.customers_lapsed, 0) as customers_lapsed,
        coalesce(counted.customers_at_start_lapsed, 0) as customers_at_start_lapsed,
        coalesce(counted.lapsed_by_shorter_limit, 0) as lapsed_by_shorter_limit,
        coalesce(counted.net_change, 0) as net_change,
        cast(
            sum(coalesce(counted.net_change, 0)) over (order by months.month_start) as bigint
        ) as customers_at_end
    from months
    left join counted on months.month_start = counted.month_start
    left join in_force on {{ quarter_of('months.month_start') }} = in_force.quarter_start
),

judged as (
    select
        *,
        customers_at_end - net_change as customers_at_start,
        case
            when customers_at_end - net_change = 0 then 'no_customers_at_start'
            when not has_lapse_limit then 'no_lapse_limit_yet'
            when 2 * lapsed_by_shorter_limit > customers_lapsed then 'limit_changed'
        end as reason_code
    from bridged
)

{% set lapsed, start = 'customers_at_start_lapsed', 'customers_at_start' -%}
select
    as_of,
    month_start,
    month_end,
    limit_version,
    customers_at_start,
    customers_new,
    customers_reactivated,
    customers_lapsed,
    customers_at_end,
    customers_at_start_lapsed,
    lapsed_by_shorter_limit,
    case when reason_code is null then {{ rate(lapsed, start) }} end as lapse_rate,
    case when reason_code is null then {{ wilson_bound(lapsed, start, '-') }} end
        as lapse_rate_low,
    case when reason_code is null then {{ wilson_bound(lapsed, start, '+') }} end
        as lapse_rate_high,
    reason_code
from judged
order by month_start
