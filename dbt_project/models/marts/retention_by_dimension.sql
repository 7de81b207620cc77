{%- set dimensions = [
    'acquisition_channel', 'sales_channel', 'country', 'first_product_category',
    'first_order_discount', 'loyalty_tier',
] -%}
with judged as (
    select * from {{ ref('int_retention__judged') }}
),

customers as (
    select * from {{ ref('int_customers__acquired') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

-- Counted once per combination of attributes, which are far fewer than customers.
combined as (
    select
        judged.metric,
        judged.window_days,
        judged.period_type,
        judged.period_start,
        judged.period_end,
        judged.reason_code,
        {%- for dimension in dimensions %}
        customers.{{ dimension }},
        {%- endfor %}
        count(*) as customer_count,
        count(*) filter (where judged.is_kept) as kept_count
    from judged
    inner join customers on judged.customer_id = customers.customer_id
    group by all
),

counted as (
    {%- for dimension in dimensions %}
    select
        metric, window_days, period_type, period_start, period_end, reason_code,
        '{{ dimension }}' as dimension,
        {{ dimension }} as dimension_value,
        cast(sum(customer_count) as bigint) as customers_at_start,
        cast(sum(kept_count) as bigint) as customers_kept
    from combined
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

published as (
    select
        *,
        case when reason_code is null then customers_at_start end as customers_judged
    from counted
)

select
    run_context.as_of,
    published.metric,
    cast(published.window_days as bigint) as window_days,
    published.period_type,
    published.period_start,
    published.period_end,
    published.dimension,
    published.dimension_value,
    published.customers_at_start,
    published.customers_kept,
    {{ rate('published.customers_kept', 'published.customers_judged') }} as rate,
    {{ wilson_bound('published.customers_kept', 'published.customers_judged', '-') }}
        as interval_low,
    {{ wilson_bound('published.customers_kept', 'published.customers_judged', '+') }}
        as interval_high,
    published.reason_code
from published
cross join run_context
order by metric, window_days, period_type, period_start, dimension, dimension_value
