with bridge as (
    select * from {{ ref('refund_bridge_month') }}
),

history as (
    select min(month_start) as first_month from bridge
),

-- Sold and paid back whole: no purchase, but money that came in one month and left in another.
fully_refunded as (
    select
        greatest({{ month_of('orders.order_date') }}, history.first_month) as month_start,
        sum(orders.gross_amount - orders.discount_amount) as fully_refunded_sales_amount
    from {{ ref('fct_orders') }} as orders
    cross join history
    where orders.invalid_reason = 'fully_refunded'
    group by greatest({{ month_of('orders.order_date') }}, history.first_month)
),

dated as (
    select
        *,
        -- Refunds there are, but no day of any of them.
        case
            when sum(abs(undated_amount)) over () > 0 and sum(abs(finance_returns_amount)) over () = 0
                then 'refunds_undated'
        end as finance_reason_code
    from bridge
)

select
    dated.month_start,
    {{ money('coalesce(fully_refunded.fully_refunded_sales_amount, 0)') }}
        as fully_refunded_sales_amount,
    case when dated.finance_reason_code is null then dated.finance_returns_amount end
        as finance_returns_amount,
    dated.undated_amount as undated_returns_amount,
    dated.finance_reason_code
from dated
left join fully_refunded on dated.month_start = fully_refunded.month_start
