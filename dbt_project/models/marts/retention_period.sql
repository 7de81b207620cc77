with periods as (
    select * from {{ ref('int_periods') }}
),

occasions as (
    select
        *,
        min(occasion_date) over (partition by customer_id) as first_occasion_date
    from {{ ref('fct_occasions') }}
),

active_windows as (
    select * from {{ ref('int_active_windows') }}
),

boundaries as (
    select period_type, period_start, period_start - 1 as boundary_date, true as is_start
    from periods
    union all
    select period_type, period_start, period_end as boundary_date, false as is_start
    from periods
),

-- The last occasion on or before a day says for every A at once whether the customer is active.
silences as (
    select
        days.boundary_date,
        occasions.customer_id,
        occasions.first_occasion_date,
        {{ days_between('occasions.occasion_date', 'days.boundary_date') }} as silent_days
    from (select distinct boundary_date from boundaries) as days
    inner join occasions
        on days.boundary_date >= occasions.occasion_date
        and days.boundary_date
        < coalesce(occasions.next_occasion_date, cast('9999-12-31' as date))
),

compared as (
    select
        boundaries.period_type,
        boundaries.period_start,
        silences.customer_id,
        min(silences.first_occasion_date) >= boundaries.period_start as is_acquired,
        min(silences.silent_days) filter (where boundaries.is_start) as start_silent_days,
        min(silences.silent_days) filter (where not boundaries.is_start) as end_silent_days
    from silences
    inner join boundaries on silences.boundary_date = boundaries.boundary_date
    where silences.silent_days < (select max(active_days) from active_windows)
    group by boundaries.period_type, boundaries.period_start, silences.customer_id
),

classified as (
    select
        periods.*,
        active_windows.active_days,
        compared.is_acquired,
        coalesce(compared.start_silent_days < active_windows.active_days, false) as was_active,
        coalesce(compared.end_silent_days < active_windows.active_days, false) as is_active
    from periods
    cross join active_windows
    left join compared
        on periods.period_type = compared.period_type
        and periods.period_start = compared.period_start
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
)

select
    *,
    case when reason_code is null
        then {{ rate('customers_at_end - customers_acquired', 'customers_at_start') }}
    end as classic_retention_rate,
    case when reason_code is null then {{ rate('customers_retained', 'customers_at_start') }} end
        as true_retention_rate
from counted
order by period_type, period_start, active_days
