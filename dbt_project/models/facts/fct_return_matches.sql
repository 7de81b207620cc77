with paired as (
    select * from {{ ref('int_return_lines__paired') }}
),

matched as (
    select
        source as return_source,
        order_id as return_order_id,
        line_number as return_line_number,
        sale_source,
        sale_order_id,
        sale_line_number,
        sale_exchange_rate,
        sale_quantity,
        sale_amount,
        event_number,
        sum(layer_quantity) as matched_quantity
    from paired
    where order_kind = 'return'
    group by all
),

cumulated as (
    select
        *,
        sum(matched_quantity) over (
            partition by sale_source, sale_order_id, sale_line_number
            order by event_number
            rows between unbounded preceding and current row
        ) as quantity_to_date
    from matched
),

-- Rounding the running total, not each match: matches of a whole line add to the line.
priced as (
    select
        *,
        {{ divided_half_up('cast(quantity_to_date as decimal(26, 4)) * sale_amount', 'sale_quantity') }}
            as amount_to_date,
        {{ divided_half_up(
            'cast(quantity_to_date - matched_quantity as decimal(26, 4)) * sale_amount',
            'sale_quantity'
        ) }} as amount_before
    from cumulated
)

select
    return_source,
    return_order_id,
    return_line_number,
    sale_source,
    sale_order_id,
    sale_line_number,
    {{ money('matched_quantity') }} as matched_quantity,
    {{ money('amount_to_date - amount_before') }} as source_amount,
    {{ money(
        converted('amount_to_date', 'sale_exchange_rate') ~ ' - '
        ~ converted('amount_before', 'sale_exchange_rate')
    ) }} as matched_amount
from priced
order by return_source, return_order_id, return_line_number, sale_source, sale_order_id, sale_line_number
