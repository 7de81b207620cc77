-- An order's gross sales are its product lines, to the last decimal.
select orders.source, orders.order_id, orders.gross_amount, sum(lines.gross_amount) as line_amount
from {{ ref('fct_orders') }} as orders
inner join {{ ref('fct_order_lines') }} as lines
    on orders.source = lines.source
    and orders.order_id = lines.order_id
where lines.line_kind = 'product'
group by orders.source, orders.order_id, orders.gross_amount
having orders.gross_amount <> sum(lines.gross_amount)
