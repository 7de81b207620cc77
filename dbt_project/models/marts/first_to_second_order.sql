with run_context as (
    select * from {{ ref('stg_run_context') }}
),

customers as (
    select
        *,
        {{ quarter_of('first_occasion_date') }} as cohort_start
    from {{ ref('int_customers__acquired') }}
),

cohorts as (
    select distinct 'quarter' as cohort_type, cohort_start from customers
    union all
    select 'all', null
),

discounts as (
    select 'all' as first_order_discount
    union all
    select 'no' as first_order_discount
    union all
    select 'yes' as first_order_discount
),

repeat_windows as (
    {%- for days in [30, 60, 90, 180, 365] %}
    select {{ days }} as window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

cells as (
    select
        run_context.as_of,
        cohorts.cohort_type,
        cohorts.cohort_start,
        {{ month_after('cohorts.cohort_start', 3) }} - 1 as cohort_end,
        discounts.first_order_discount,
        repeat_windows.window_days,
        run_context.as_of - repeat_windows.window_days as newest_first_date
    from run_context
    cross join cohorts
    cross join discounts
    cross join repeat_windows
),

counted as (
    select
        cells.*,
        count(customers.customer_id) as customers_acquired,
        count(*) filter (where customers.first_occasion_date <= cells.newest_first_date)
            as customers_observed,
        count(*) filter (
            where customers.first_occasion_date <= cells.newest_first_date
            and customers.second_occasion_date
            <= customers.first_occasion_date + cells.window_days
        ) as customers_repeated
    from cells
    left join customers
        on (cells.cohort_type = 'all' or cells.cohort_start = customers.cohort_start)
        and (
            cells.first_order_discount = 'all'
            or cells.first_order_discount = customers.first_order_discount
        )
    group by all
)

select
    as_of,
    cohort_type,
    cohort_start,
    cohort_end,
    first_order_discount,
    cast(window_days as bigint) as window_days,
    customers_acquired,
    customers_observed,
    customers_repeated,
    {{ rate('customers_repeated', 'customers_observed') }} as rate,
    {{ wilson_bound('customers_repeated', 'customers_observed', '-') }} as interval_low,
    {{ wilson_bound('customers_repeated', 'customers_observed', '+') }} as interval_high,
    case when cohort_end > newest_first_date then 'partial' else 'complete' end as cell_status,
    case
        when customers_observed > 0 then null
        when customers_acquired > 0 then 'nobody_observed_long_enough'
        else 'nobody_in_cohort'
    end as reason_code
from counted
order by cohort_type, cohort_start, first_order_discount, window_days
