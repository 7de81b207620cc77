with customers as (
    select * from {{ ref('stg_customers') }}
),

totals as (
    select
        customer_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(*) as order_count,
        coalesce(max(occasion_number), 0) as occasion_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(returns_amount) as returns_amount,
        sum(net_sales_amount) as net_sales_amount
    from {{ ref('fct_orders') }}
    where is_valid_order
    group by customer_id
)

select
    customers.customer_id,
    customers.is_identified,
    customers.country,
    customers.language,
    customers.has_email,
    customers.email_marketing_consent,
    totals.first_order_date,
    totals.last_order_date,
    case when totals.occasion_count > 0 then {{ month_of('totals.first_order_date') }} end
        as cohort_month,
    coalesce(totals.occasion_count, 0) as occasion_count,
    coalesce(totals.order_count, 0) as order_count,
    {{ money('coalesce(totals.gross_amount, 0)') }} as lifetime_gross_amount,
    {{ money('coalesce(totals.discount_amount, 0)') }} as lifetime_discount_amount,
    {{ money('coalesce(totals.returns_amount, 0)') }} as lifetime_returns_amount,
    {{ money('coalesce(totals.net_sales_amount, 0)') }} as lifetime_net_sales_amount
from customers
left join totals on customers.customer_id = totals.customer_id
order by customers.customer_id
