with months as (
    select * from {{ ref('int_months') }}
),

orders as (
    select
        *,
        {{ month_of('order_date') }} as month_start
    from {{ ref('fct_orders') }}
),

sales as (
    select
        month_start,
        count(*) as order_count,
        count(*) filter (where not is_identified) as unidentified_order_count,
        count(distinct customer_id) filter (where is_identified) as customer_count,
        count(distinct customer_id) filter (where is_first_occasion) as new_customer_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(returns_amount) as returns_amount,
        sum(net_sales_amount) as net_sales_amount,
        sum(net_sales_amount) filter (where is_identified) as identified_net_sales_amount,
        sum(net_sales_amount) filter (where occasion_number > 1)
            as existing_customer_net_sales_amount
    from orders
    where is_valid_order
    group by month_start
),

occasions as (
    select
        {{ month_of('occasion_date') }} as month_start,
        count(*) as occasion_count
    from {{ ref('fct_occasions') }}
    group by {{ month_of('occasion_date') }}
),

-- A return booked before the first sale undoes a sale from before the history: first month.
lone_returns as (
    select
        greatest(orders.month_start, history.first_month) as month_start,
        sum(orders.unmatched_returns_amount) as unmatched_returns_amount
    from orders
    cross join (select min(month_start) as first_month from months) as history
    group by greatest(orders.month_start, history.first_month)
)

select
    months.as_of,
    months.month_start,
    months.month_end as period_end,
    months.is_complete,
    coalesce(sales.order_count, 0) as order_count,
    coalesce(occasions.occasion_count, 0) as occasion_count,
    coalesce(sales.customer_count, 0) as customer_count,
    coalesce(sales.new_customer_count, 0) as new_customer_count,
    {{ money('coalesce(sales.gross_amount, 0)') }} as gross_amount,
    {{ money('coalesce(sales.discount_amount, 0)') }} as discount_amount,
    {{ money('coalesce(sales.returns_amount, 0)') }} as returns_amount,
    {{ money('coalesce(sales.net_sales_amount, 0)') }} as net_sales_amount,
    {{ money('coalesce(lone_returns.unmatched_returns_amount, 0)') }} as unmatched_returns_amount,
    {{ money('coalesce(sales.identified_net_sales_amount, 0)') }} as identified_net_sales_amount,
    {{ money('coalesce(sales.existing_customer_net_sales_amount, 0)') }}
        as existing_customer_net_sales_amount,
    coalesce(sales.unidentified_order_count, 0) as unidentified_order_count,
    finance.fully_refunded_sales_amount,
    finance.finance_returns_amount,
    {{ money('coalesce(sales.gross_amount - sales.discount_amount, 0)
        + finance.fully_refunded_sales_amount - finance.finance_returns_amount') }}
        as finance_net_sales_amount,
    finance.undated_returns_amount,
    finance.finance_reason_code
from months
inner join {{ ref('int_finance_months') }} as finance on months.month_start = finance.month_start
left join sales on months.month_start = sales.month_start
left join occasions on months.month_start = occasions.month_start
left join lone_returns on months.month_start = lone_returns.month_start
order by months.month_start
