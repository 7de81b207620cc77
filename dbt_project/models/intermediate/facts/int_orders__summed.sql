-- Lines are summed to the order before anything is joined to anything.
with orders as (
    select * from {{ ref('int_orders__rated') }}
),

line_totals as (
    select
        source,
        order_id,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(line_discount_amount) as source_discount_amount
    from {{ ref('int_order_lines__converted') }}
    where line_kind = 'product'
    group by source, order_id
),

unmatched_returns as (
    select * from {{ ref('int_returns__unmatched') }}
),

summed as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.unmerged_customer_id,
        orders.is_identified,
        orders.order_date,
        orders.ordered_at,
        orders.order_kind,
        orders.currency,
        orders.shipping_amount,
        orders.tax_amount,
        orders.fee_amount,
        orders.total_amount,
        orders.refunded_amount,
        orders.discount_code,
        orders.channel,
        orders.country,
        orders.is_stale,
        orders.marketing_channel,
        orders.referral_code,
        orders.exchange_rate,
        orders.dead_reason,
        orders.zero_value_orders_are_valid,
        orders.fully_refunded_orders_are_valid,
        orders.gross_amount - orders.discount_amount as source_goods_amount,
        -- An order may come without lines; then its own total is all there is.
        {{ money('coalesce(line_totals.gross_amount, '
            ~ converted('orders.gross_amount', 'orders.exchange_rate') ~ ')') }} as gross_amount,
        {{ money('coalesce(line_totals.discount_amount, 0) + ' ~ converted(
            'orders.discount_amount - coalesce(line_totals.source_discount_amount, 0)',
            'orders.exchange_rate'
        )) }} as discount_amount,
        case
            when orders.order_kind = 'sale' or orders.dead_reason is not null then 0
            when line_totals.order_id is null
                then {{ converted('abs(orders.gross_amount)', 'orders.exchange_rate') }}
            else coalesce(unmatched_returns.unmatched_returns_amount, 0)
        end as unmatched_returns_amount
    from orders
    left join line_totals
        on orders.source = line_totals.source
        and orders.order_id = line_totals.order_id
    left join unmatched_returns
        on orders.source = unmatched_returns.source
        and orders.order_id = unmatched_returns.order_id
)

select * from summed
