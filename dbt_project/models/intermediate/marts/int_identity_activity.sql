with periods as (
    select
        periods.*,
        cast(run_context.headline_active_days as integer) as active_days
    from {{ ref('int_periods') }} as periods
    cross join {{ ref('stg_run_context') }} as run_context
    where periods.period_type = 'month'
    -- Two years show whether merging matters; the whole history would cost as much as retention.
    qualify row_number() over (order by periods.period_start desc) <= 24
),

boundaries as (
    select period_start, period_start - 1 as boundary_date, active_days, true as is_start
    from periods
    union all
    select period_start, period_end as boundary_date, active_days, false as is_start
    from periods
),

-- The last occasion on or before a day says whether the person is active on it.
active_on as (
    select
        days.boundary_date,
        occasions.identity_basis,
        occasions.person_key,
        occasions.first_occasion_date
    from (select distinct boundary_date, active_days from boundaries) as days
    inner join {{ ref('int_occasions__by_identity') }} as occasions
        on days.boundary_date >= occasions.occasion_date
        and days.boundary_date
        < least(
            coalesce(occasions.next_occasion_date, cast('9999-12-31' as date)),
            occasions.occasion_date + days.active_days
        )
),

active as (
    select
        boundaries.period_start,
        active_on.identity_basis,
        active_on.person_key,
        bool_or(boundaries.is_start) as was_active,
        bool_or(not boundaries.is_start) as is_active,
        min(active_on.first_occasion_date) >= boundaries.period_start as is_acquired
    from active_on
    inner join boundaries on active_on.boundary_date = boundaries.boundary_date
    group by boundaries.period_start, active_on.identity_basis, active_on.person_key
)

select
    periods.as_of,
    periods.first_order_date,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    periods.active_days,
    active.identity_basis,
    active.person_key,
    coalesce(active.was_active, false) as was_active,
    coalesce(active.is_active, false) as is_active,
    coalesce(active.is_acquired, false) as is_acquired
from periods
left join active on periods.period_start = active.period_start
