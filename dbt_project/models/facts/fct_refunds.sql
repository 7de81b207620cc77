-- Documents without a sale and rows of the feed without an order stand beside: no order loses by them.
with shared as (
    select * from {{ ref('int_refunds__shared') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

feed as (
    select * from {{ ref('int_return_feed__linked') }}
),

refunds as (
    select
        refund_kind,
        refund_source,
        refund_id,
        'linked' as link_status,
        link_basis,
        source,
        order_id,
        customer_id,
        order_date,
        refund_date,
        date_basis,
        observed_after,
        reason,
        currency,
        case when refund_kind <> 'return_document' then paid_amount end as paid_amount,
        returns_amount
    from shared
    union all
    select
        'return_document',
        source,
        order_id,
        'unlinked',
        'none',
        null,
        null,
        customer_id,
        null,
        order_date,
        'source',
        null,
        null,
        currency,
        null,
        unmatched_returns_amount
    from orders
    where unmatched_returns_amount <> 0
    union all
    select
        'return_feed',
        refund_source,
        refund_id,
        link_status,
        'none',
        null,
        null,
        null,
        null,
        refund_date,
        'source',
        null,
        reason,
        currency,
        paid_amount,
        converted_amount
    from feed
    where link_status <> 'linked'
)

select
    concat_ws('|', refund_kind, refund_source, refund_id, source, order_id) as refund_key,
    refund_kind,
    refund_source,
    refund_id,
    link_status,
    link_basis,
    source,
    order_id,
    customer_id,
    order_date,
    refund_date,
    date_basis,
    cast(observed_after as date) as observed_after,
    reason,
    currency,
    {{ money('paid_amount') }} as paid_amount,
    {{ money('returns_amount') }} as returns_amount
from refunds
order by refund_key
