with recursive

first_orders as (
    select
        run_context.as_of,
        coalesce(
            min(orders.order_date) filter (where orders.is_valid_order),
            min(orders.order_date)
        ) as first_order_date
    from {{ ref('fct_orders') }} as orders
    cross join {{ ref('stg_run_context') }} as run_context
    group by run_context.as_of
),

months as (
    select
        as_of,
        first_order_date,
        0 as month_number,
        {{ month_of('first_order_date') }} as month_start
    from first_orders
    union all
    select
        as_of,
        first_order_date,
        month_number + 1 as month_number,
        {{ month_after('month_start', 1) }} as month_start
    from months
    where {{ month_after('month_start', 1) }} <= as_of
)

select
    as_of,
    first_order_date,
    month_number,
    month_start,
    last_day(month_start) as month_end,
    last_day(month_start) <= as_of as is_complete
from months
