with windows as (
    select * from {{ ref('int_vendor_windows') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

orders as (
    select
        *,
        max(occasion_number) over (partition by customer_id) as lifetime_occasion_count,
        row_number() over (
            partition by customer_id, order_date, is_valid_order order by source, order_id
        ) as place_on_day
    from {{ ref('int_vendor_orders') }}
)

select
    windows.scope,
    windows.period_type,
    count(orders.order_id) as order_count,
    count(*) filter (where not orders.is_identified) as guest_order_count,
    count(*) filter (where orders.invalid_reason in ('cancelled', 'voided'))
        as cancelled_order_count,
    count(*) filter (where orders.invalid_reason = 'zero_value') as zero_value_order_count,
    count(*) filter (where orders.invalid_reason = 'fully_refunded') as refunded_order_count,
    count(*) filter (
        where orders.invalid_reason in ('exchange', 'staff', 'no_exchange_rate')
    ) as other_invalid_order_count,
    count(*) filter (
        where orders.is_valid_order and orders.is_identified and orders.place_on_day > 1
    ) as same_day_order_count,
    count(distinct orders.own_customer_id) filter (where orders.is_identified)
    - count(distinct orders.customer_id) filter (where orders.is_identified)
        as merged_customer_count,
    count(distinct orders.customer_id) filter (
        where orders.occasion_number = 1 and orders.lifetime_occasion_count > 1
    ) as new_repeater_count,
    count(distinct orders.customer_id) filter (
        where orders.occasion_number = 1 and orders.order_date > run_context.as_of - 90
    ) as unobserved_customer_count
from windows
cross join run_context
left join orders
    on windows.period_start <= orders.order_date
    and windows.period_end >= orders.order_date
group by windows.scope, windows.period_type
