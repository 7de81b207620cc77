-- Over all months finance basis differs from cohort basis by the undated refunds and nothing else.
select sum(net_sales_amount) as cohort_amount, sum(finance_net_sales_amount) as finance_amount
from {{ ref('revenue_month') }}
where finance_reason_code is null
having sum(net_sales_amount) <> sum(finance_net_sales_amount - undated_returns_amount)
union all
select sum(revenue_cohort.net_sales_amount), max(orders.net_sales_amount)
from {{ ref('revenue_cohort') }} as revenue_cohort
cross join (
    select coalesce(sum(net_sales_amount), 0) as net_sales_amount
    from {{ ref('fct_orders') }}
    where is_valid_order and is_identified
) as orders
having coalesce(sum(revenue_cohort.net_sales_amount), 0) <> max(orders.net_sales_amount)
