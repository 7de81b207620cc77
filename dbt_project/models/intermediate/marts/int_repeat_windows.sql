with run_context as (
    select * from {{ ref('stg_run_context') }}
),

periods as (
    select period_type, period_start, period_end, first_order_date from {{ ref('int_periods') }}
),

trailing_ends as (
    select period_end, first_order_date from periods
    where period_type = 'month'
    union
    select run_context.as_of, months.first_order_date
    from run_context
    inner join {{ ref('int_months') }} as months on months.month_number = 0
),

windows as (
    select * from periods
    union all
    select
        'trailing_365' as period_type,
        period_end - 364 as period_start,
        period_end,
        first_order_date
    from trailing_ends
),

orders as (
    select
        *,
        max(occasion_number) over (partition by customer_id) as lifetime_occasion_count
    from {{ ref('fct_orders') }}
    where is_valid_order
),

-- One row per customer and day, guests with all their orders of it: far fewer than orders.
days as (
    select
        customer_id,
        is_identified,
        order_date,
        occasion_number,
        lifetime_occasion_count,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount
    from orders
    group by all
),

-- One row per window and customer, so that nobody is counted twice; guests ride along apart.
customers_in_window as (
    select
        windows.period_type,
        windows.period_end,
        days.customer_id,
        days.is_identified,
        sum(days.order_count) as order_count,
        sum(days.order_count) filter (where days.occasion_number > 1) as returning_order_count,
        sum(days.net_sales_amount) as net_sales_amount,
        sum(days.net_sales_amount) filter (where days.occasion_number > 1)
            as returning_net_sales_amount,
        min(days.occasion_number) as first_occasion_number,
        count(*) as occasion_count,
        max(days.lifetime_occasion_count) as lifetime_occasion_count
    from windows
    inner join days
        on windows.period_start <= days.order_date
        and windows.period_end >= days.order_date
    group by all
)

select
    windows.period_type,
    windows.period_start,
    windows.period_end,
    windows.period_start < windows.first_order_date and windows.period_type = 'trailing_365'
        as is_longer_than_history,
    count(*) filter (where counted.is_identified) as customer_count,
    count(*) filter (where counted.is_identified and counted.occasion_count > 1)
        as repeater_count,
    count(*) filter (where counted.is_identified and counted.lifetime_occasion_count > 1)
        as lifetime_repeater_count,
    count(*) filter (where counted.first_occasion_number > 1) as returning_customer_count,
    coalesce(sum(counted.returning_order_count), 0) as returning_order_count,
    coalesce(sum(counted.order_count) filter (where counted.is_identified), 0)
        as identified_order_count,
    coalesce(sum(counted.order_count), 0) as order_count,
    coalesce(sum(counted.returning_net_sales_amount), 0) as returning_net_sales_amount,
    coalesce(sum(counted.net_sales_amount) filter (where counted.is_identified), 0)
        as identified_net_sales_amount
from windows
left join customers_in_window as counted
    on windows.period_type = counted.period_type
    and windows.period_end = counted.period_end
group by all
