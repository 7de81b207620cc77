-- Each side is reached by another way; the door out refuses a difference.
with orders as (
    select * from {{ ref('fct_orders') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

retention as (
    select * from {{ ref('retention_period') }}
),

checks as (
    select
        'net_sales_by_month_equal_orders' as check_name,
        (select sum(net_sales_amount) from {{ ref('revenue_month') }}) as left_value,
        (select sum(net_sales_amount) from orders where is_valid_order) as right_value
    union all
    select
        'unmatched_returns_by_month_equal_orders',
        (select sum(unmatched_returns_amount) from {{ ref('revenue_month') }}),
        (select sum(unmatched_returns_amount) from orders)
    union all
    select
        'lines_equal_orders_in_order_currency',
        (
            select sum(line_gross_amount + unlined_gross_amount - tax_in_prices_amount)
            from {{ ref('order_reconciliation') }}
        ),
        (select sum(order_gross_amount) from {{ ref('order_reconciliation') }})
    union all
    select
        'refund_bridge_residual_is_zero',
        (select sum(abs(residual_amount)) from {{ ref('refund_bridge_month') }}),
        0
    union all
    select
        'export_total_less_every_step_equals_net_sales',
        (
            select sum(case when not is_total or step = 'export_total' then amount end)
            from {{ ref('revenue_reconciliation') }}
        ),
        (select sum(net_sales_amount) from orders where is_valid_order)
    union all
    select
        'orders_by_validity_equal_orders',
        (select sum(order_count) from {{ ref('order_validity') }}),
        (select count(*) from {{ ref('stg_orders') }})
    union all
    select
        'customers_by_segment_equal_customers_with_a_purchase',
        (select sum(customer_count) from {{ ref('segment_summary') }}),
        (select count(*) from customers where occasion_count > 0)
    union all
    select
        'customers_by_cohort_equal_first_occasions',
        (
            select sum(cohort_size) from {{ ref('retention_cohort') }}
            where cohort_grain = 'month' and measure = 'n_period' and period_offset = 0
        ),
        (select count(*) from {{ ref('fct_occasions') }} where occasion_number = 1)
    union all
    select
        'clv_total_equals_net_sales_of_identified_customers',
        (select sum(historic_clv_amount) from {{ ref('clv') }}),
        (select sum(net_sales_amount) from orders where is_valid_order and is_identified)
    union all
    select
        'retention_bridge_residual_is_zero',
        (
            select sum(abs(
                customers_at_start - customers_lost + customers_reactivated
                + customers_acquired - customers_at_end
            ))
            from retention
        ),
        0
)

select
    (select as_of from {{ ref('stg_run_context') }}) as as_of,
    check_name,
    cast(coalesce(left_value, 0) as decimal(38, 4)) as left_value,
    cast(coalesce(right_value, 0) as decimal(38, 4)) as right_value,
    cast(coalesce(left_value, 0) - coalesce(right_value, 0) as decimal(38, 4)) as difference
from checks
order by check_name
