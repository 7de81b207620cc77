-- paid_amount is money paid back, goods and shipping alike; goods_claim is goods taken back.
with orders as (
    select * from {{ ref('int_orders__rated') }}
),

matches as (
    select
        matches.return_source,
        matches.return_order_id,
        matches.sale_source,
        matches.sale_order_id,
        returns.order_date as refund_date,
        sum(matches.source_amount) as source_amount
    from {{ ref('fct_return_matches') }} as matches
    inner join orders as returns
        on matches.return_source = returns.source
        and matches.return_order_id = returns.order_id
    group by all
),

claimed as (
    select
        'return_document' as refund_kind,
        return_source as refund_source,
        return_order_id as refund_id,
        sale_source as source,
        sale_order_id as order_id,
        refund_date,
        cast(null as date) as observed_after,
        'source' as date_basis,
        'matched' as link_basis,
        cast(null as varchar) as reason,
        cast(0 as decimal(18, 4)) as paid_amount,
        {{ money('source_amount') }} as goods_claim
    from matches
    union all
    select
        'return_feed',
        refund_source,
        refund_id,
        source,
        order_id,
        refund_date,
        null,
        'source',
        'source',
        reason,
        coalesce(source_amount, 0),
        0
    from {{ ref('int_return_feed__linked') }}
    where link_status = 'linked'
    union all
    select
        'order_refund',
        source,
        order_id || '#' || observation_number,
        source,
        order_id,
        refund_date,
        observed_after,
        case when refund_date is null then 'unknown' else 'observed' end,
        'source',
        null,
        source_amount,
        0
    from {{ ref('int_order_refunds__dated') }}
)

select * from claimed
