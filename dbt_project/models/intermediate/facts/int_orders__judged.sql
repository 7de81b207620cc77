with summed as (
    select * from {{ ref('int_orders__summed') }}
),

-- A refund covers goods, shipping and tax alike; its share on goods is what sales lose.
refund_shared as (
    select
        *,
        gross_amount - discount_amount as goods_amount,
        case
            when coalesce(total_amount, 0) <= 0 then refunded_amount
            when refunded_amount >= total_amount then source_goods_amount
            else
                {{ divided_half_up(
                    'cast(refunded_amount as decimal(26, 4)) * greatest(source_goods_amount, 0)',
                    'total_amount'
                ) }}
        end as source_refund_on_goods_amount
    from summed
),

netted as (
    select
        *,
        case
            when exchange_rate is null then null
            when goods_amount <= 0 then 0
            -- All goods refunded: take the converted goods themselves, not a rounding of them.
            when source_refund_on_goods_amount >= source_goods_amount then goods_amount
            else
                least(
                    goods_amount,
                    {{ converted('source_refund_on_goods_amount', 'exchange_rate') }}
                    + matched_returns_amount
                )
        end as returns_amount
    from refund_shared
),

judged as (
    select
        *,
        goods_amount - returns_amount as net_sales_amount,
        case
            when dead_reason is not null then dead_reason
            when order_kind = 'return' then 'return'
            when source_goods_amount < 0 then 'zero_value'
            when source_goods_amount = 0 and not zero_value_orders_are_valid then 'zero_value'
            when
                not fully_refunded_orders_are_valid
                and (
                    (refunded_amount > 0 and refunded_amount >= total_amount)
                    or (returns_amount > 0 and goods_amount - returns_amount <= 0)
                )
                then 'fully_refunded'
            when exchange_rate is null then 'no_exchange_rate'
        end as invalid_reason
    from netted
)

select * from judged
