with lines as (
    select * from {{ ref('int_order_lines__converted') }}
    where
        order_kind = 'return'
        and dead_reason is null
        and line_kind = 'product'
        and quantity < 0
),

matches as (
    select
        return_source,
        return_order_id,
        return_line_number,
        sum(matched_quantity) as matched_quantity
    from {{ ref('fct_return_matches') }}
    group by return_source, return_order_id, return_line_number
),

left_over as (
    select
        lines.source,
        lines.order_id,
        {{ money('sum(' ~ converted(
            divided_half_up(
                'cast(-lines.quantity - coalesce(matches.matched_quantity, 0) as decimal(26, 4))'
                ~ ' * -lines.net_line_amount',
                money('-lines.quantity')
            ),
            'lines.exchange_rate'
        ) ~ ')') }} as unmatched_returns_amount
    from lines
    left join matches
        on lines.source = matches.return_source
        and lines.order_id = matches.return_order_id
        and lines.line_number = matches.return_line_number
    group by lines.source, lines.order_id
)

select * from left_over
