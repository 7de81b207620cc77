-- Each unit sold is laid on a stack of its customer, product and price; each unit returned takes
-- the topmost one off. A line therefore covers an interval of heights, and what a return finds
-- no unit for lies below the ground.
with lines as (
    select * from {{ ref('int_order_lines__converted') }}
    where
        dead_reason is null
        and is_identified
        and line_kind = 'product'
        and sku is not null
        and (
            (order_kind = 'sale' and quantity > 0)
            or (order_kind = 'return' and quantity < 0)
        )
),

touched_by_a_return as (
    select
        *,
        -- A sale counts before a return of the same moment.
        row_number() over (
            partition by customer_id, sku, unit_price, currency
            order by ordered_at, order_kind desc, source, order_id, line_number
        ) as event_number
    from lines
    qualify bool_or(order_kind = 'return') over (
        partition by customer_id, sku, unit_price, currency
    )
),

cumulated as (
    select
        *,
        sum(quantity) over (
            partition by customer_id, sku, unit_price, currency
            order by event_number
            rows between unbounded preceding and current row
        ) as cumulative_quantity
    from touched_by_a_return
),

grounded as (
    select
        *,
        {{ money(
            "cumulative_quantity - least(0, min(cumulative_quantity) over ("
            "partition by customer_id, sku, unit_price, currency order by event_number "
            "rows between unbounded preceding and current row))"
        ) }} as height_after
    from cumulated
),

stacked as (
    select
        *,
        coalesce(
            lag(height_after) over (
                partition by customer_id, sku, unit_price, currency order by event_number
            ),
            0
        ) as height_before
    from grounded
)

select * from stacked
