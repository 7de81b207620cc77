with orders as (
    select
        *,
        coalesce(invalid_reason, 'valid') as counted_as
    from {{ ref('fct_orders') }}
),

reasons as (
    select * from {{ ref('order_validity_reasons') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    reasons.invalid_reason,
    reasons.position,
    reasons.definition,
    count(orders.order_id) as order_count,
    {{ money("case
        when count(orders.order_id) = 0 then 0
        else sum(orders.gross_amount)
    end") }} as gross_amount,
    {{ money("case
        when count(orders.order_id) = 0 then 0
        else sum(orders.net_sales_amount)
    end") }} as net_sales_amount
from reasons
cross join run_context
left join orders on reasons.invalid_reason = orders.counted_as
group by run_context.as_of, reasons.invalid_reason, reasons.position, reasons.definition
order by reasons.position
