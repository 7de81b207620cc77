-- Prices that include tax: the order knows its goods without tax, its lines do not. The running
-- total of the lines is cut to that measure, so that the parts add to the order exactly.
with lines as (
    select * from {{ ref('stg_order_lines') }}
),

orders as (
    select * from {{ ref('int_orders__rated') }}
),

taxed_orders as (
    select
        orders.source,
        orders.order_id,
        abs(orders.gross_amount) as goods_amount,
        abs(sum(lines.line_amount)) as taxed_amount
    from lines
    inner join orders
        on lines.source = orders.source
        and lines.order_id = orders.order_id
    where lines.line_kind = 'product'
    group by orders.source, orders.order_id, orders.gross_amount
    having
        sum(lines.line_amount) <> orders.gross_amount
        and sign(sum(lines.line_amount)) = sign(orders.gross_amount)
),

cumulated as (
    select
        lines.source,
        lines.order_id,
        lines.line_number,
        taxed_orders.taxed_amount,
        taxed_orders.goods_amount,
        {{ money('lines.line_amount') }} as line_amount,
        {{ money('sum(lines.line_amount) over (
            partition by lines.source, lines.order_id order by lines.line_number
            rows between unbounded preceding and current row
        )') }} as amount_to_date
    from lines
    inner join taxed_orders
        on lines.source = taxed_orders.source
        and lines.order_id = taxed_orders.order_id
    where lines.line_kind = 'product'
),

without_tax as (
    select
        source,
        order_id,
        line_number,
        {{ divided_half_up('cast(amount_to_date as decimal(26, 4)) * goods_amount', money('taxed_amount')) }}
        - {{ divided_half_up('cast(amount_to_date - line_amount as decimal(26, 4)) * goods_amount',
            money('taxed_amount')) }}
            as net_line_amount
    from cumulated
),

netted as (
    select
        lines.*,
        {{ money('coalesce(without_tax.net_line_amount, lines.line_amount)') }} as net_line_amount
    from lines
    left join without_tax
        on lines.source = without_tax.source
        and lines.order_id = without_tax.order_id
        and lines.line_number = without_tax.line_number
)

select
    netted.source,
    netted.order_id,
    netted.line_number,
    orders.customer_id,
    orders.is_identified,
    orders.order_date,
    orders.ordered_at,
    orders.order_kind,
    orders.dead_reason,
    orders.currency,
    cast(orders.exchange_rate as decimal(18, 8)) as exchange_rate,
    netted.line_kind,
    netted.sku,
    netted.product_name,
    {{ money('netted.quantity') }} as quantity,
    {{ money('netted.unit_price') }} as unit_price,
    {{ money('netted.net_line_amount') }} as net_line_amount,
    {{ money('netted.line_discount_amount') }} as line_discount_amount,
    {{ converted('netted.net_line_amount', 'orders.exchange_rate') }} as gross_amount,
    {{ converted('netted.line_discount_amount', 'orders.exchange_rate') }} as discount_amount
from netted
inner join orders
    on netted.source = orders.source
    and netted.order_id = orders.order_id
order by netted.source, netted.order_id, netted.line_number
