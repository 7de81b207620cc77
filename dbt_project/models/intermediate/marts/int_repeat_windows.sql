with months as (
    select * from {{ ref('int_months') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

windows as (
    select
        'month' as period_type,
        max(month_start) as period_start,
        max(month_end) as period_end
    from months
    where is_complete
    having max(month_start) is not null
    union all
    select
        'trailing_365' as period_type,
        as_of - 364 as period_start,
        as_of as period_end
    from run_context
    union all
    select
        'lifetime' as period_type,
        min(months.first_order_date) as period_start,
        max(run_context.as_of) as period_end
    from months
    cross join run_context
    having min(months.first_order_date) is not null
),

orders as (
    select
        *,
        max(occasion_number) over (partition by customer_id) as lifetime_occasion_count
    from {{ ref('fct_orders') }}
    where is_valid_order
),

-- One row per window and customer, so that nobody is counted twice; guests ride along apart.
customers_in_window as (
    select
        windows.period_type,
        windows.period_start,
        windows.period_end,
        orders.customer_id,
        orders.is_identified,
        count(*) as order_count,
        count(*) filter (where orders.occasion_number > 1) as returning_order_count,
        sum(orders.net_sales_amount) as net_sales_amount,
        sum(orders.net_sales_amount) filter (where orders.occasion_number > 1)
            as returning_net_sales_amount,
        min(orders.occasion_number) as first_occasion_number,
        count(distinct orders.order_date) as occasion_count,
        max(orders.lifetime_occasion_count) as lifetime_occasion_count
    from windows
    inner join orders
        on windows.period_start <= orders.order_date
        and windows.period_end >= orders.order_date
    group by all
)

select
    windows.period_type,
    windows.period_start,
    windows.period_end,
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
group by windows.period_type, windows.period_start, windows.period_end
