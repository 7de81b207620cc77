with months as (
    select * from {{ ref('int_months') }}
),

customers as (
    select customer_id, cohort_month from {{ ref('dim_customers') }}
    where cohort_month is not null
),

sizes as (
    select cohort_month, count(*) as cohort_size
    from customers
    group by cohort_month
),

sales as (
    select
        customers.cohort_month,
        {{ month_of('orders.order_date') }} as order_month,
        count(*) as order_count,
        sum(orders.gross_amount) as gross_amount,
        sum(orders.discount_amount) as discount_amount,
        sum(orders.returns_amount) as returns_amount,
        sum(orders.net_sales_amount) as net_sales_amount
    from {{ ref('fct_orders') }} as orders
    inner join customers on orders.customer_id = customers.customer_id
    where orders.is_valid_order and orders.is_identified
    group by customers.cohort_month, {{ month_of('orders.order_date') }}
),

cells as (
    select
        cohorts.as_of,
        cohorts.month_start as cohort_month,
        cast(months.month_number - cohorts.month_number as bigint) as month_offset,
        months.month_start as period_start,
        months.month_end as period_end,
        coalesce(sizes.cohort_size, 0) as cohort_size,
        coalesce(sales.order_count, 0) as order_count,
        {{ money('coalesce(sales.gross_amount, 0)') }} as gross_amount,
        {{ money('coalesce(sales.discount_amount, 0)') }} as discount_amount,
        {{ money('coalesce(sales.returns_amount, 0)') }} as returns_amount,
        {{ money('coalesce(sales.net_sales_amount, 0)') }} as net_sales_amount,
        case when months.is_complete then 'complete' else 'partial' end as cell_status
    from months as cohorts
    inner join months on cohorts.month_number <= months.month_number
    left join sizes on cohorts.month_start = sizes.cohort_month
    left join sales
        on cohorts.month_start = sales.cohort_month
        and months.month_start = sales.order_month
),

cumulated as (
    select
        *,
        {{ money('sum(net_sales_amount) over (
            partition by cohort_month order by month_offset
            rows between unbounded preceding and current row
        )') }} as cumulative_net_sales_amount
    from cells
)

select
    as_of,
    cohort_month,
    month_offset,
    period_start,
    period_end,
    cohort_size,
    order_count,
    gross_amount,
    discount_amount,
    returns_amount,
    net_sales_amount,
    cumulative_net_sales_amount,
    {{ rate('cumulative_net_sales_amount', 'cohort_size') }} as cumulative_net_sales_per_customer,
    cell_status
from cumulated
order by cohort_month, month_offset
