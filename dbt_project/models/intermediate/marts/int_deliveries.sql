-- What arrives after as_of has not arrived yet.
with run_context as (
    select * from {{ ref('stg_run_context') }}
),

local_days as (
    select
        deliveries.source,
        deliveries.order_id,
        run_context.as_of,
        cast(deliveries.shipped_at at time zone run_context.store_timezone as date) as shipped_date,
        cast(deliveries.delivered_at at time zone run_context.store_timezone as date) as delivered_date
    from {{ ref('stg_deliveries') }} as deliveries
    cross join run_context
),

known as (
    select
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        coalesce(orders.country, '(unknown)') as country,
        orders.is_valid_order,
        local_days.as_of,
        case when local_days.shipped_date <= local_days.as_of then local_days.shipped_date end
            as shipped_date,
        case when local_days.delivered_date <= local_days.as_of then local_days.delivered_date end
            as delivered_date
    from local_days
    inner join {{ ref('fct_orders') }} as orders
        on local_days.source = orders.source
        and local_days.order_id = orders.order_id
)

select
    *,
    cast({{ days_between('order_date', 'shipped_date') }} as bigint) as days_to_ship,
    cast({{ days_between('shipped_date', 'delivered_date') }} as bigint) as days_on_the_way,
    cast({{ days_between('order_date', 'delivered_date') }} as bigint) as days_to_deliver,
    cast({{ days_between('order_date', 'as_of') }} as bigint) as age_days
from known
-- A fully refunded order was late or not like any other once it has arrived.
where is_valid_order or delivered_date is not null
