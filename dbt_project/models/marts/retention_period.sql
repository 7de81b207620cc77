with periods as (
    select * from {{ ref('int_periods') }}
),

active_windows as (
    select * from {{ ref('int_active_windows') }}
),

customers as (
    select * from {{ ref('int_period_customers') }}
),

classified as (
    select
        periods.*,
        active_windows.active_days,
        customers.is_acquired,
        coalesce(customers.start_silent_days < active_windows.active_days, false) as was_active,
        coalesce(customers.end_silent_days < active_windows.active_days, false) as is_active
    from periods
    cross join active_windows
    left join customers
        on periods.period_type = customers.period_type
        and periods.period_start = customers.period_start
),

counted as (
    select
        as_of,
        period_type,
        period_start,
        period_end,
        cast(active_days as bigint) as active_days,
        count(*) filter (where was_active) as customers_at_start,
        count(*) filter (where is_active) as customers_at_end,
        count(*) filter (where is_active and is_acquired) as customers_acquired,
        count(*) filter (where was_active and is_active) as customers_retained,
        count(*) filter (where was_active and not is_active) as customers_lost,
        count(*) filter (where is_active and not was_active and not is_acquired)
            as customers_reactivated,
        period_end - period_start + 1 < active_days as is_shorter_than_active_days,
        case
            when period_start < first_order_date + active_days then 'history_shorter_than_A'
            when count(*) filter (where was_active) = 0 then 'no_customers_at_start'
        end as reason_code
    from classified
    group by as_of, period_type, period_start, period_end, active_days, first_order_date
),

judged as (
    select
        *,
        case when reason_code is null then customers_at_start end as customers_judged
    from counted
)

-- The classic rate may pass 1, so no interval of a proportion fits it.
select
    as_of,
    period_type,
    period_start,
    period_end,
    active_days,
    customers_at_start,
    customers_at_end,
    customers_acquired,
    customers_retained,
    customers_lost,
    customers_reactivated,
    {{ rate('customers_at_end - customers_acquired', 'customers_judged') }} as classic_retention_rate,
    {{ rate('customers_retained', 'customers_judged') }} as true_retention_rate,
    {{ wilson_bound('customers_retained', 'customers_judged', '-') }} as interval_low,
    {{ wilson_bound('customers_retained', 'customers_judged', '+') }} as interval_high,
    is_shorter_than_active_days,
    reason_code
from judged
order by period_type, period_start, active_days
