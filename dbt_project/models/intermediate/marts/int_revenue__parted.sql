-- Amounts as the export states them beside ours, per order: what a waterfall adds up.
with stated as (
    select * from {{ ref('stg_orders') }}
),

facts as (
    select * from {{ ref('fct_orders') }}
)

select
    stated.source,
    stated.order_id,
    stated.currency,
    facts.is_valid_order,
    facts.invalid_reason,
    stated.total_amount is not null as is_total_stated,
    stated.gross_amount + stated.shipping_amount + stated.tax_amount + stated.fee_amount
    - stated.discount_amount as source_parts_amount,
    stated.total_amount as source_total_amount,
    stated.tax_amount as source_tax_amount,
    stated.shipping_amount as source_shipping_amount,
    stated.fee_amount as source_fee_amount,
    stated.gross_amount as source_gross_amount,
    stated.discount_amount as source_discount_amount,
    facts.source_returns_amount,
    {{ converted(
        'stated.gross_amount + stated.shipping_amount + stated.tax_amount + stated.fee_amount
            - stated.discount_amount',
        'facts.exchange_rate'
    ) }} as parts_amount,
    {{ converted('stated.total_amount', 'facts.exchange_rate') }} as total_amount,
    facts.tax_amount,
    facts.shipping_amount,
    {{ converted('stated.fee_amount', 'facts.exchange_rate') }} as fee_amount,
    facts.gross_amount,
    facts.discount_amount,
    facts.returns_amount,
    facts.net_sales_amount
from stated
inner join facts
    on stated.source = facts.source
    and stated.order_id = facts.order_id
