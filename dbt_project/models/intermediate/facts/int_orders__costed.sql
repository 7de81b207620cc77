with lines as (
    select * from {{ ref('int_order_lines__costed') }}
    where line_kind = 'product' and order_kind = 'sale'
)

select
    source,
    order_id,
    -- One unknown cost leaves the cost of the order unknown, never too low.
    case when count(*) = count(cost_amount) then {{ money('sum(cost_amount)') }} end as cost_amount
from lines
group by source, order_id
