with run_context as (
    select * from {{ ref('stg_run_context') }}
),

customers as (
    select
        customer_id,
        min(occasion_date) as first_occasion_date,
        min(occasion_date) filter (where occasion_number = 2) as second_occasion_date
    from {{ ref('fct_occasions') }}
    group by customer_id
),

history as (
    select min(first_occasion_date) as oldest_first_date from customers
),

repeat_windows as (
    {%- for days in [30, 60, 90, 180, 365] %}
    select {{ days }} as window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Whose first occasion counts. The moving windows end W days ago: their people were all observed.
cohorts as (
    select
        repeat_windows.window_days,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        case
            when periods.period_end > run_context.as_of - repeat_windows.window_days
                then 'not_everybody_observed_long_enough'
        end as reason_code
    from {{ ref('int_periods') }} as periods
    cross join run_context
    cross join repeat_windows
    union all
    select
        repeat_windows.window_days,
        'trailing_365',
        run_context.as_of - repeat_windows.window_days - 364,
        run_context.as_of - repeat_windows.window_days,
        case
            when run_context.as_of - repeat_windows.window_days - 364 < history.oldest_first_date
                then 'history_shorter_than_window'
        end
    from run_context
    cross join history
    cross join repeat_windows
    where history.oldest_first_date is not null
    union all
    select
        repeat_windows.window_days,
        'observed',
        history.oldest_first_date,
        run_context.as_of - repeat_windows.window_days,
        case
            when history.oldest_first_date <= run_context.as_of - repeat_windows.window_days
                then null
            else 'nobody_observed_long_enough'
        end
    from run_context
    cross join history
    cross join repeat_windows
)

select
    cohorts.period_type,
    cohorts.window_days,
    cohorts.period_start,
    cohorts.period_end,
    count(customers.customer_id) as customer_count,
    count(*) filter (
        where customers.second_occasion_date
        <= customers.first_occasion_date + cohorts.window_days
    ) as repeater_count,
    coalesce(
        cohorts.reason_code,
        case when count(customers.customer_id) = 0 then 'no_new_customers_in_window' end
    ) as reason_code
from cohorts
left join customers
    on cohorts.period_start <= customers.first_occasion_date
    and cohorts.period_end >= customers.first_occasion_date
group by
    cohorts.period_type, cohorts.window_days, cohorts.period_start, cohorts.period_end,
    cohorts.reason_code
