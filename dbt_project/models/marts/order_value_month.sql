{%- set metrics = [
    ('average_order_value', 'net_sales_amount', 'order_count', 'no_orders'),
    ('orders_per_customer', 'identified_order_count', 'customer_count', 'no_identified_customers'),
    ('occasions_per_customer', 'occasion_count', 'customer_count', 'no_identified_customers'),
    ('items_per_order', 'unit_quantity', 'itemised_order_count', 'no_order_lines'),
] -%}
with periods as (
    select * from {{ ref('int_periods__started') }}
),

-- New or not is asked of customer and period: all orders in a customer's first month are a newcomer's.
placed as (
    select
        periods.period_type,
        periods.period_start,
        case
            when not baskets.is_identified then 'guest'
            when baskets.first_order_date >= periods.period_start then 'new'
            else 'existing'
        end as customer_kind,
        baskets.*
    from {{ ref('int_order_baskets') }} as baskets
    inner join periods
        on periods.period_start <= baskets.order_date
        and periods.period_end >= baskets.order_date
),

counted as materialized (
    select
        period_type,
        period_start,
        coalesce(customer_kind, 'all') as customer_kind,
        count(*) as order_count,
        count(*) filter (where is_identified) as identified_order_count,
        count(distinct customer_id) filter (where is_identified) as customer_count,
        count(distinct customer_id || '|' || order_date) filter (where is_identified) as occasion_count,
        count(unit_quantity) as itemised_order_count,
        coalesce(sum(unit_quantity), 0) as unit_quantity,
        sum(net_sales_amount) as net_sales_amount
    from placed
    group by grouping sets (
        (period_type, period_start), (period_type, period_start, customer_kind)
    )
),

kinds as (
    {%- for kind in ['all', 'new', 'existing', 'guest'] %}
    select '{{ kind }}' as customer_kind
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

measured as (
    {%- for metric, numerator, denominator, reason_code in metrics %}
    select
        periods.*,
        kinds.customer_kind,
        '{{ metric }}' as metric,
        {{ money('coalesce(counted.' ~ numerator ~ ', 0)') }} as numerator,
        {{ money('coalesce(counted.' ~ denominator ~ ', 0)') }} as denominator,
        '{{ reason_code }}' as empty_reason_code
    from periods
    cross join kinds
    left join counted
        on periods.period_type = counted.period_type
        and periods.period_start = counted.period_start
        and kinds.customer_kind = counted.customer_kind
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    as_of,
    period_type,
    period_start,
    period_end,
    is_complete,
    customer_kind,
    metric,
    numerator,
    denominator,
    {{ rate('numerator', 'denominator') }} as metric_value,
    cast(denominator as bigint) as sample_size,
    denominator < 30 as is_small_sample,
    case when denominator = 0 then empty_reason_code end as reason_code
from measured
order by period_type, period_start, customer_kind, metric
