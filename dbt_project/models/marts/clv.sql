with customers as (
    select * from {{ ref('dim_customers') }}
    where occasion_count > 0
),

predictions as (
    select * from {{ ref('stg_customer_predictions') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

-- A configured share decides; else what the shop's known costs have left so far.
margins as (
    select
        coalesce(
            max(run_context.gross_margin_share),
            cast({{ rate('sum(months.margin_amount)', 'sum(months.net_sales_amount)') }} as decimal(18, 8))
        ) as margin_share
    from run_context
    left join {{ ref('margin_month') }} as months on months.margin_amount is not null
)

select
    run_context.as_of,
    customers.customer_id,
    customers.first_order_date,
    customers.last_order_date,
    customers.occasion_count,
    customers.lifetime_gross_amount as gross_amount,
    customers.lifetime_discount_amount as discount_amount,
    customers.lifetime_returns_amount as returns_amount,
    customers.lifetime_net_sales_amount as historic_clv_amount,
    {{ money(divided_half_up('customers.lifetime_net_sales_amount', 'customers.occasion_count')) }}
        as average_occasion_amount,
    predictions.p_alive,
    predictions.p_no_purchase_90,
    predictions.expected_orders_365,
    predictions.expected_mean_spend_amount,
    predictions.predicted_clv_amount,
    {{ converted('predictions.predicted_clv_amount', 'margins.margin_share') }}
        as predicted_margin_amount,
    {{ money('customers.lifetime_net_sales_amount + predictions.predicted_clv_amount') }}
        as total_clv_amount,
    case when predictions.customer_id is null then 'not_scored' else predictions.reason_code end
        as reason_code
from customers
left join predictions on customers.customer_id = predictions.customer_id
cross join run_context
cross join margins
order by customers.customer_id
