select
    customer_id,
    {{ money('sum(net_sales_amount)') }} as net_sales_amount,
    -- One order of unknown margin makes the sum unknown, not smaller.
    case when count(margin_amount) = count(*) then {{ money('sum(margin_amount)') }} end
        as margin_amount
from {{ ref('fct_orders') }}
where is_valid_order and is_identified
group by customer_id
