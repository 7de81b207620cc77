with orders as (
    select * from {{ ref('stg_orders') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

rated as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.is_identified,
        orders.order_date,
        orders.ordered_at,
        orders.order_kind,
        orders.currency,
        orders.gross_amount,
        orders.discount_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.total_amount,
        orders.refunded_amount,
        orders.discount_code,
        orders.channel,
        orders.country,
        orders.is_stale,
        run_context.zero_value_orders_are_valid,
        run_context.fully_refunded_orders_are_valid,
        case
            when orders.currency = run_context.reporting_currency then 1
            else orders.exchange_rate
        end as exchange_rate,
        case
            when orders.is_test then 'test'
            when orders.cancelled_at is not null then 'cancelled'
            when orders.financial_status in ('voided', 'failed') then 'voided'
        end as dead_reason
    from orders
    cross join run_context
)

select * from rated
