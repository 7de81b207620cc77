with orders as (
    select * from {{ ref('fct_orders') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    coalesce(orders.invalid_reason, 'valid') as invalid_reason,
    count(*) as order_count,
    {{ money('sum(orders.gross_amount)') }} as gross_amount
from orders
cross join run_context
group by run_context.as_of, coalesce(orders.invalid_reason, 'valid')
order by invalid_reason
