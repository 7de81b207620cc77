with costs as (
    select * from {{ ref('int_orders__costed') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

judged as (
    select
        orders.*,
        orders.invalid_reason is null as is_valid_order,
        costs.cost_amount,
        case
            when orders.net_sales_amount is null or orders.order_kind <> 'sale' then null
            when costs.cost_amount is not null then 'product_cost'
            when run_context.gross_margin_share is not null then 'configured_share'
        end as margin_basis,
        run_context.gross_margin_share
    from {{ ref('int_orders__judged') }} as orders
    cross join run_context
    left join costs
        on orders.source = costs.source
        and orders.order_id = costs.order_id
),

numbered as (
    select
        *,
        case
            when is_valid_order and is_identified
                then dense_rank() over (
                    partition by customer_id, is_valid_order, is_identified
                    order by order_date
                )
        end as occasion_number
    from judged
)

select
    source,
    order_id,
    customer_id,
    unmerged_customer_id,
    is_identified,
    order_date,
    ordered_at,
    order_kind,
    is_valid_order,
    invalid_reason,
    currency,
    cast(exchange_rate as decimal(18, 8)) as exchange_rate,
    gross_amount,
    discount_amount,
    {{ converted('shipping_amount', 'exchange_rate') }} as shipping_amount,
    {{ converted('tax_amount', 'exchange_rate') }} as tax_amount,
    {{ money('returns_amount') }} as returns_amount,
    {{ money('source_returns_amount') }} as source_returns_amount,
    is_refund_above_order,
    {{ money('unmatched_returns_amount') }} as unmatched_returns_amount,
    {{ money('net_sales_amount') }} as net_sales_amount,
    cost_amount,
    {{ money("case margin_basis
        when 'product_cost' then net_sales_amount - cost_amount
        when 'configured_share' then " ~ converted('net_sales_amount', 'gross_margin_share') ~ "
    end") }} as margin_amount,
    margin_basis,
    occasion_number,
    occasion_number = 1 as is_first_occasion,
    discount_code,
    channel,
    country,
    marketing_channel,
    referral_code,
    is_stale
from numbered
order by source, order_id
