with run_context as (
    select * from {{ ref('stg_run_context') }}
),

window_days as (
    select unnest([90, 180]) as window_days
),

purchases as (
    select
        lines.sku,
        lines.customer_id,
        lines.order_date,
        arg_max(lines.product_name, (lines.source, lines.order_id, lines.line_number)) as product_name,
        lead(lines.order_date) over (
            partition by lines.sku, lines.customer_id order by lines.order_date
        ) as next_same_date,
        row_number() over (
            partition by lines.sku, lines.customer_id order by lines.order_date
        ) as purchase_number
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders
        on lines.source = orders.source
        and lines.order_id = orders.order_id
    where lines.is_purchase and orders.is_identified and lines.sku is not null
    group by lines.sku, lines.customer_id, lines.order_date
),

names as (
    select
        sku,
        arg_max(product_name, (order_date, customer_id)) as product_name,
        min(order_date) as first_purchase_date
    from purchases
    group by sku
),

-- The customer's first purchase of the product opens the window; coming back is for anything.
counted as (
    select
        firsts.sku,
        window_days.window_days,
        count(*) as customer_count,
        count(*) filter (
            where occasions.next_occasion_date <= firsts.order_date + window_days.window_days
        ) as returned_count,
        count(*) filter (where firsts.next_same_date <= firsts.order_date + window_days.window_days)
            as same_product_count
    from purchases as firsts
    inner join {{ ref('fct_occasions') }} as occasions
        on firsts.customer_id = occasions.customer_id
        and firsts.order_date = occasions.occasion_date
    cross join window_days
    inner join run_context on firsts.order_date + window_days.window_days <= run_context.as_of
    where firsts.purchase_number = 1
    group by firsts.sku, window_days.window_days
)

select
    run_context.as_of,
    names.sku,
    names.product_name,
    cast(window_days.window_days as bigint) as window_days,
    names.first_purchase_date as period_start,
    run_context.as_of - window_days.window_days as period_end,
    coalesce(counted.same_product_count, 0) as same_product_count,
    coalesce(counted.returned_count, 0) as numerator,
    coalesce(counted.customer_count, 0) as denominator,
    {{ rate('counted.returned_count', 'counted.customer_count') }} as returning_ratio,
    {{ wilson_bound('counted.returned_count', 'counted.customer_count', '-') }} as interval_low,
    {{ wilson_bound('counted.returned_count', 'counted.customer_count', '+') }} as interval_high,
    {{ rate('counted.same_product_count', 'counted.customer_count') }} as same_product_ratio,
    coalesce(counted.customer_count, 0) as sample_size,
    coalesce(counted.customer_count, 0) < 30 as is_small_sample,
    case when counted.sku is null then 'nobody_observed_long_enough' end as reason_code
from names
cross join window_days
cross join run_context
left join counted
    on names.sku = counted.sku
    and window_days.window_days = counted.window_days
order by names.sku, window_days.window_days
