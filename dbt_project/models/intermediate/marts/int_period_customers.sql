with periods as (
    select * from {{ ref('int_periods') }}
),

occasions as (
    select
        *,
        min(occasion_date) over (partition by customer_id) as first_occasion_date
    from {{ ref('fct_occasions') }}
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
)

select
    boundaries.period_type,
    boundaries.period_start,
    silences.customer_id,
    min(silences.first_occasion_date) >= boundaries.period_start as is_acquired,
    min(silences.silent_days) filter (where boundaries.is_start) as start_silent_days,
    min(silences.silent_days) filter (where not boundaries.is_start) as end_silent_days
from silences
inner join boundaries on silences.boundary_date = boundaries.boundary_date
where silences.silent_days < (select max(active_days) from {{ ref('int_active_windows') }})
group by boundaries.period_type, boundaries.period_start, silences.customer_id
