with summed as (
    select * from {{ ref('int_orders__summed') }}
),

refunds as (
    select
        source,
        order_id,
        sum(paid_amount) as paid_back_amount,
        sum(returns_amount) as returns_amount,
        sum(source_returns_amount) as source_returns_amount
    from {{ ref('int_refunds__shared') }}
    group by source, order_id
),

netted as (
    select
        summed.*,
        summed.gross_amount - summed.discount_amount as goods_amount,
        {{ money('coalesce(refunds.paid_back_amount, 0)') }} as paid_back_amount,
        case
            when summed.exchange_rate is not null then {{ money('coalesce(refunds.returns_amount, 0)') }}
        end as returns_amount,
        {{ money('coalesce(refunds.source_returns_amount, 0)') }} as source_returns_amount
    from summed
    left join refunds
        on summed.source = refunds.source
        and summed.order_id = refunds.order_id
),

judged as (
    select
        *,
        goods_amount - returns_amount as net_sales_amount,
        order_kind = 'sale' and paid_back_amount > coalesce(total_amount, source_goods_amount)
            as is_refund_above_order,
        case
            when dead_reason is not null then dead_reason
            when order_kind = 'return' then 'return'
            when source_goods_amount < 0 then 'zero_value'
            when source_goods_amount = 0 and not zero_value_orders_are_valid then 'zero_value'
            when
                not fully_refunded_orders_are_valid
                and source_returns_amount > 0
                and source_returns_amount = source_goods_amount
                then 'fully_refunded'
            when exchange_rate is null then 'no_exchange_rate'
        end as invalid_reason
    from netted
)

select * from judged
