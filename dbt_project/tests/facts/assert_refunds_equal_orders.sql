-- What refunds take from an order is what the order says it lost, to the last decimal; what no
-- order loses is what the return documents and the feed left over.
with by_refund as (
    select source, order_id, sum(returns_amount) as returns_amount
    from {{ ref('fct_refunds') }}
    where link_status = 'linked'
    group by source, order_id
),

left_over as (
    select
        (
            select coalesce(sum(returns_amount), 0) from {{ ref('fct_refunds') }}
            where link_status <> 'linked' and refund_kind = 'return_document'
        ) as by_refund_amount,
        (select coalesce(sum(unmatched_returns_amount), 0) from {{ ref('fct_orders') }})
            as by_order_amount
)

select orders.source, orders.order_id
from {{ ref('fct_orders') }} as orders
left join by_refund
    on orders.source = by_refund.source
    and orders.order_id = by_refund.order_id
where orders.returns_amount <> coalesce(by_refund.returns_amount, 0)
union all
select by_refund.source, by_refund.order_id
from by_refund
left join {{ ref('fct_orders') }} as orders
    on by_refund.source = orders.source
    and by_refund.order_id = orders.order_id
where orders.order_id is null
union all
select 'all sources' as source, 'unlinked' as order_id
from left_over
where by_refund_amount <> by_order_amount
