with periods as (
    select * from {{ ref('int_periods') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

customers as (
    select
        *,
        min(first_occasion_date) over () as oldest_first_date
    from {{ ref('int_customers__acquired') }}
),

active_windows as (
    select 90 as active_days
    union
    select cast(headline_active_days as integer) as active_days from run_context
),

repeat_windows as (
    {%- for days in [30, 60, 90, 180, 365] %}
    select {{ days }} as window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    'true_retention' as metric,
    active_windows.active_days as window_days,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    present.customer_id,
    coalesce(present.end_silent_days < active_windows.active_days, false) as is_kept,
    case
        when periods.period_start < periods.first_order_date + active_windows.active_days
            then 'history_shorter_than_A'
    end as reason_code
from periods
inner join {{ ref('int_period_customers') }} as present
    on periods.period_type = present.period_type
    and periods.period_start = present.period_start
inner join active_windows on present.start_silent_days < active_windows.active_days
union all
-- Only those observed for the whole of W: a newcomer has not had the time to come back.
select
    'repeat_within',
    repeat_windows.window_days,
    'observed',
    customers.oldest_first_date,
    run_context.as_of - repeat_windows.window_days,
    customers.customer_id,
    coalesce(
        customers.second_occasion_date
        <= customers.first_occasion_date + repeat_windows.window_days,
        false
    ),
    null
from customers
cross join run_context
inner join repeat_windows
    on run_context.as_of - repeat_windows.window_days >= customers.first_occasion_date
