with orders as (
    select * from {{ ref('int_order_refunds') }}
),

sold as (
    select
        source,
        order_id,
        sku,
        max(category) as category,
        sum(quantity) as quantity,
        sum(returned_quantity) as matched_quantity,
        sum(gross_amount - discount_amount) as goods_amount
    from {{ ref('fct_order_lines') }}
    where line_kind = 'product' and quantity > 0
    group by source, order_id, sku
),

told as (
    select
        refunds.source,
        refunds.order_id,
        returns.sku,
        sum(returns.quantity) as quantity
    from {{ ref('fct_refunds') }} as refunds
    inner join {{ ref('stg_returns') }} as returns
        on refunds.refund_source = returns.source
        and refunds.refund_id = returns.return_id
    where refunds.refund_kind = 'return_feed' and refunds.link_status = 'linked'
    group by refunds.source, refunds.order_id, returns.sku
),

-- A return may be told twice, by a document and by the feed: the larger of the two, never both.
returned as (
    select
        sold.source,
        sold.order_id,
        orders.order_date,
        coalesce(sold.sku, '(no sku)') as sku,
        coalesce(sold.category, '(no category)') as category,
        sold.quantity,
        sold.goods_amount,
        least(sold.quantity, greatest(sold.matched_quantity, coalesce(told.quantity, 0)))
            as returned_quantity
    from sold
    inner join orders
        on sold.source = orders.source
        and sold.order_id = orders.order_id
    left join told
        on sold.source = told.source
        and sold.order_id = told.order_id
        and sold.sku = told.sku
)

select
    *,
    case
        when returned_quantity = 0 then 0
        else {{ divided_half_up('goods_amount * returned_quantity', 'quantity') }}
    end as returned_amount
from returned
