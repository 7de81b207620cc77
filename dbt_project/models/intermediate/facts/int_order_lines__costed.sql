with lines as (
    select * from {{ ref('int_order_lines__converted') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

returned as (
    select
        sale_source,
        sale_order_id,
        sale_line_number,
        sum(matched_quantity) as returned_quantity
    from {{ ref('fct_return_matches') }}
    group by sale_source, sale_order_id, sale_line_number
),

joined as (
    select
        lines.source,
        lines.order_id,
        lines.line_number,
        lines.customer_id,
        lines.order_date,
        lines.order_kind,
        lines.line_kind,
        lines.sku,
        coalesce(lines.product_name, products.product_name) as product_name,
        products.category,
        {{ money('lines.quantity') }} as quantity,
        {{ money('coalesce(returned.returned_quantity, 0)') }} as returned_quantity,
        lines.gross_amount,
        lines.discount_amount,
        -- A cost in another currency would need a rate of the day it was paid: not known here.
        case
            when products.cost_currency = run_context.reporting_currency then products.unit_cost
        end as unit_cost_amount
    from lines
    cross join run_context
    left join products on lines.sku = products.sku
    left join returned
        on lines.source = returned.sale_source
        and lines.order_id = returned.sale_order_id
        and lines.line_number = returned.sale_line_number
)

select
    *,
    {{ money("case
        when line_kind <> 'product' or order_kind <> 'sale' then null
        when quantity <= returned_quantity then 0
        else round(cast(quantity - returned_quantity as decimal(26, 4)) * unit_cost_amount, 4)
    end") }} as cost_amount
from joined
