with orders as (
    select * from {{ ref('stg_orders') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

line_totals as (
    select
        source,
        order_id,
        sum(line_amount) as line_gross_amount
    from {{ ref('stg_order_lines') }}
    where line_kind = 'product'
    group by source, order_id
),

totals as (
    select
        orders.source,
        orders.currency,
        count(*) as order_count,
        sum(orders.gross_amount) as order_gross_amount,
        coalesce(sum(line_totals.line_gross_amount), 0) as line_gross_amount,
        coalesce(sum(orders.gross_amount) filter (where line_totals.order_id is null), 0)
            as unlined_gross_amount,
        -- Prices that include tax: what the lines are too large by is the tax of the order.
        coalesce(sum(orders.tax_amount) filter (
            where
                line_totals.line_gross_amount <> orders.gross_amount
                and line_totals.line_gross_amount - orders.gross_amount = orders.tax_amount
        ), 0) as tax_in_prices_amount
    from orders
    left join line_totals
        on orders.source = line_totals.source
        and orders.order_id = line_totals.order_id
    group by orders.source, orders.currency
)

select
    run_context.as_of,
    totals.source,
    totals.currency,
    totals.order_count,
    {{ money('totals.order_gross_amount') }} as order_gross_amount,
    {{ money('totals.line_gross_amount') }} as line_gross_amount,
    {{ money('totals.unlined_gross_amount') }} as unlined_gross_amount,
    {{ money('totals.tax_in_prices_amount') }} as tax_in_prices_amount,
    {{ money('totals.order_gross_amount - totals.line_gross_amount - totals.unlined_gross_amount
        + totals.tax_in_prices_amount') }} as difference_amount
from totals
cross join run_context
order by totals.source, totals.currency
