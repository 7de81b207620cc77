-- Gross less discounts less returns is net, and no order returns more than its goods.
select source, order_id
from {{ ref('fct_orders') }}
where
    gross_amount - discount_amount - returns_amount <> net_sales_amount
    or returns_amount < 0
    or returns_amount > greatest(gross_amount - discount_amount, 0)
    or (exchange_rate is not null and net_sales_amount is null)
