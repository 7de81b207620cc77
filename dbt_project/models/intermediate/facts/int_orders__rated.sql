with orders as (
    select * from {{ ref('stg_orders') }}
),

customers as (
    select customer_id, is_staff from {{ ref('stg_customers') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

rated as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.unmerged_customer_id,
        orders.is_identified,
        orders.order_date,
        orders.ordered_at,
        orders.order_kind,
        orders.currency,
        orders.gross_amount,
        orders.discount_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.fee_amount,
        orders.total_amount,
        orders.refunded_amount,
        orders.discount_code,
        orders.channel,
        orders.country,
        orders.is_stale,
        orders.marketing_channel,
        orders.referral_code,
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
            -- A return may name the sale it undoes; only a sale can be an exchange.
            when orders.parent_order_id is not null and orders.order_kind = 'sale' then 'exchange'
            when orders.is_staff or customers.is_staff then 'staff'
        end as dead_reason
    from orders
    cross join run_context
    left join customers on orders.customer_id = customers.customer_id
)

select * from rated
