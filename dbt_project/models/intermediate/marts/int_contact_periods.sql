with periods as (
    select 'month' as period_type, month_start as period_start, month_end as period_end
    from {{ ref('int_months') }}
    where is_complete
    union all
    select 'trailing_365' as period_type, as_of - 364 as period_start, as_of as period_end
    from {{ ref('stg_run_context') }}
)

select
    periods.period_type,
    periods.period_start,
    periods.period_end,
    count(orders.order_id) as order_count
from periods
left join {{ ref('fct_orders') }} as orders
    on periods.period_start <= orders.order_date
    and periods.period_end >= orders.order_date
    and orders.is_valid_order
group by periods.period_type, periods.period_start, periods.period_end
