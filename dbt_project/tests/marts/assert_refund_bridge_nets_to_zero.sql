-- Each month balances, what moves out moves in, and both bases hold the refunds of the orders.
with bridge as (
    select
        coalesce(sum(abs(residual_amount)), 0) as residual_amount,
        coalesce(sum(moved_out_amount), 0) as moved_out_amount,
        coalesce(sum(moved_in_amount), 0) as moved_in_amount,
        coalesce(sum(cohort_returns_amount), 0) as cohort_amount,
        coalesce(sum(finance_returns_amount + undated_amount), 0) as finance_amount,
        coalesce(sum(cohort_returns_amount - fully_refunded_returns_amount), 0) as valid_amount,
        coalesce(sum(unlinked_amount + pre_history_amount), 0) as beside_amount
    from {{ ref('refund_bridge_month') }}
),

orders as (
    select
        coalesce(sum(returns_amount) filter (
            where is_valid_order or invalid_reason = 'fully_refunded'
        ), 0) as returns_amount,
        coalesce(sum(returns_amount) filter (where is_valid_order), 0) as valid_amount
    from {{ ref('fct_orders') }}
),

beside as (
    select coalesce(sum(returns_amount), 0) as returns_amount
    from {{ ref('fct_refunds') }}
    where link_status <> 'linked'
)

select bridge.*
from bridge
cross join orders
cross join beside
where
    bridge.residual_amount <> 0
    or bridge.moved_out_amount <> bridge.moved_in_amount
    or bridge.cohort_amount <> bridge.finance_amount
    or bridge.cohort_amount <> orders.returns_amount
    or bridge.valid_amount <> orders.valid_amount
    or bridge.beside_amount <> beside.returns_amount
