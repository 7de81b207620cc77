-- No sale line is undone beyond its quantity, no return line undoes more than it returns.
select sale_source as source, sale_order_id as order_id, sale_line_number as line_number
from {{ ref('fct_return_matches') }} as matches
inner join {{ ref('fct_order_lines') }} as lines
    on matches.sale_source = lines.source
    and matches.sale_order_id = lines.order_id
    and matches.sale_line_number = lines.line_number
group by sale_source, sale_order_id, sale_line_number, lines.quantity
having sum(matches.matched_quantity) > lines.quantity
union all
select return_source, return_order_id, return_line_number
from {{ ref('fct_return_matches') }} as matches
inner join {{ ref('fct_order_lines') }} as lines
    on matches.return_source = lines.source
    and matches.return_order_id = lines.order_id
    and matches.return_line_number = lines.line_number
group by return_source, return_order_id, return_line_number, lines.quantity
having sum(matches.matched_quantity) > -lines.quantity
