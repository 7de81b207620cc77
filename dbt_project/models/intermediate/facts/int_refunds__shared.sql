-- A refund covers goods, shipping and tax alike; its share on goods is what sales lose. The
-- running total of an order is shared and converted, so that the parts add to it exactly.
with orders as (
    select
        *,
        gross_amount - discount_amount as goods_amount
    from {{ ref('int_orders__summed') }}
),

cumulated as (
    select
        *,
        {{ money('greatest(sum(paid_amount) over so_far, 0)') }} as paid_to_date,
        {{ money('sum(goods_claim) over so_far') }} as goods_claim_to_date,
        row_number() over so_far as refund_number
    from {{ ref('int_refunds__claimed') }}
    window so_far as (
        -- What is not dated was there when the order was first seen.
        partition by source, order_id
        order by refund_date nulls first, refund_kind, refund_source, refund_id
        rows between unbounded preceding and current row
    )
),

shared as (
    select
        cumulated.*,
        orders.customer_id,
        orders.order_date,
        orders.currency,
        orders.exchange_rate,
        orders.source_goods_amount,
        orders.goods_amount,
        cumulated.goods_claim_to_date + case
            when coalesce(orders.total_amount, 0) <= 0 then cumulated.paid_to_date
            when cumulated.paid_to_date >= orders.total_amount then orders.source_goods_amount
            else
                {{ divided_half_up(
                    'cast(cumulated.paid_to_date as decimal(26, 4)) * greatest(orders.source_goods_amount, 0)',
                    'orders.total_amount'
                ) }}
        end as uncapped_to_date
    from cumulated
    inner join orders
        on cumulated.source = orders.source
        and cumulated.order_id = orders.order_id
),

capped as (
    select
        *,
        {{ money('case
            when source_goods_amount <= 0 or goods_amount <= 0 then 0
            else least(uncapped_to_date, source_goods_amount)
        end') }} as source_to_date
    from shared
),

to_date as (
    select
        *,
        {{ money('case
            when exchange_rate is null then null
            when source_to_date = 0 then 0
            -- All goods undone: the converted goods themselves, not a rounding of them.
            when source_to_date = source_goods_amount then goods_amount
            else least(' ~ converted('source_to_date', 'exchange_rate') ~ ', goods_amount)
        end') }} as returns_to_date
    from capped
)

select
    *,
    {{ money('returns_to_date - coalesce(lag(returns_to_date) over in_order, 0)') }} as returns_amount,
    {{ money('source_to_date - coalesce(lag(source_to_date) over in_order, 0)') }}
        as source_returns_amount
from to_date
window in_order as (partition by source, order_id order by refund_number)
