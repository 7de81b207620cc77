with judged as (
    select
        *,
        invalid_reason is null as is_valid_order
    from {{ ref('int_orders__judged') }}
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
    {{ money('unmatched_returns_amount') }} as unmatched_returns_amount,
    {{ money('net_sales_amount') }} as net_sales_amount,
    occasion_number,
    occasion_number = 1 as is_first_occasion,
    discount_code,
    channel,
    country,
    is_stale
from numbered
order by source, order_id
