with windows as (
    select * from {{ ref('int_vendor_windows') }}
),

orders as (
    select * from {{ ref('int_vendor_orders') }}
),

in_window as materialized (
    select windows.period_type, orders.*
    from windows
    inner join orders
        on windows.period_start <= orders.order_date
        and windows.period_end >= orders.order_date
    where windows.scope = 'window'
),

by_order as (
    select
        period_type,
        count(*) as order_count,
        count(*) filter (where is_identified) as classified_count,
        count(*) filter (where own_order_number > 1) as returning_count,
        count(*) filter (where shared_order_number > 1) as shared_returning_count,
        count(*) filter (where own_order_number = 1) as new_count,
        count(*) filter (where own_order_number = 1 and own_order_count > 1) as new_repeater_count,
        count(*) filter (where successful_order_number = 1) as successful_new_count,
        count(*) filter (where successful_order_number = 1 and successful_order_count > 1)
            as successful_repeater_count
    from in_window
    group by period_type
),

by_customer as (
    select
        period_type,
        count(*) as customer_count,
        count(*) filter (where order_count > 1) as repeater_count,
        count(*) filter (where own_order_count > 1) as lifetime_repeater_count
    from (
        select
            period_type,
            own_customer_id,
            count(*) as order_count,
            max(own_order_count) as own_order_count
        from in_window
        where is_identified
        group by period_type, own_customer_id
    ) as customers
    group by period_type
),

lifetime as (
    select
        count(distinct customer_id) filter (where paid_order_count >= 1) as customer_count,
        count(distinct customer_id) filter (where paid_order_count >= 2) as repeater_count
    from orders
)

{% for vendor, figure, numerator, denominator, counts in [
    ('shopify', 'returning_customer_rate', 'lifetime_repeater_count', 'customer_count', 'by_customer'),
    ('little_stream', 'repeat_purchase_rate', 'repeater_count', 'customer_count', 'by_customer'),
    ('shopify', 'returning_customer_orders', 'returning_count', 'classified_count', 'by_order'),
    ('triple_whale', 'returning_customer_orders', 'returning_count', 'order_count', 'by_order'),
    ('dbt_shopify', 'repeat_orders', 'shared_returning_count', 'order_count', 'by_order'),
    ('lifetimely', 'repurchased_so_far', 'new_repeater_count', 'new_count', 'by_order'),
    ('metorik', 'returning_customers', 'successful_repeater_count', 'successful_new_count', 'by_order'),
] -%}
select '{{ vendor }}' as vendor, '{{ figure }}' as figure, period_type,
    {{ numerator }} as numerator, {{ denominator }} as denominator
from {{ counts }}
union all
{% endfor -%}
select 'klaviyo', 'bought_at_least_twice', 'lifetime', repeater_count, customer_count
from lifetime
union all
-- These two rules differ from Suki's in when a cell may be shown, so its own cells stand for them.
select
    case cells.measure when 'unbounded' then 'peel' else 'dbt_shopify' end,
    case cells.measure when 'unbounded' then 'customer_retention_month_3' else 'cohort_month_2' end,
    windows.period_type, cells.customers, cells.cohort_size
from {{ ref('retention_cohort') }} as cells
inner join windows on cells.cohort_start = windows.period_start
where
    cells.cohort_grain = 'month'
    and (
        (windows.scope = 'month_0_to_3' and cells.measure = 'unbounded' and cells.period_offset = 3)
        or (windows.scope = 'month_0_to_1' and cells.measure = 'n_period' and cells.period_offset = 1)
    )
