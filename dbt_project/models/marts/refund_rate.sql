{%- set metrics = [
    ('orders_refunded', 'refunded_order_count', 'order_count'),
    ('units_returned', 'returned_quantity', 'quantity'),
    ('amount_refunded', 'refunded_amount', 'goods_amount'),
] -%}
with windows as (
    select * from {{ ref('int_refund_windows') }}
),

cells as materialized (
    select * from {{ ref('int_refund_cells') }}
),

-- A source that never told of a refund does not say that there was none.
told as (
    select
        (select coalesce(sum(refunded_order_count), 0) from cells where breakdown = 'all') > 0
            as has_refunds,
        exists (select 1 from {{ ref('stg_returns') }} where quantity > 0 and sku is not null)
        or exists (select 1 from {{ ref('fct_orders') }} where order_kind = 'return') as has_units
),

items as (
    select 'all' as breakdown, 'all' as item
    union
    select distinct breakdown, item from cells
),

counted as materialized (
    select
        windows.period_type,
        windows.period_start,
        cells.breakdown,
        cells.item,
        sum(cells.order_count) as order_count,
        sum(cells.refunded_order_count) as refunded_order_count,
        sum(cells.quantity) as quantity,
        sum(cells.returned_quantity) as returned_quantity,
        sum(cells.goods_amount) as goods_amount,
        sum(cells.refunded_amount) as refunded_amount
    from windows
    inner join cells
        on windows.period_start <= cells.order_date
        and windows.period_end >= cells.order_date
        and (windows.period_type <> 'month' or cells.breakdown = 'all')
    group by windows.period_type, windows.period_start, cells.breakdown, cells.item
),

measured as (
    {%- for metric, numerator, denominator in metrics %}
    select
        windows.*,
        items.breakdown,
        items.item,
        '{{ metric }}' as metric,
        {{ money('coalesce(counted.' ~ numerator ~ ', 0)') }} as numerator,
        {{ money('coalesce(counted.' ~ denominator ~ ', 0)') }} as denominator,
        cast(coalesce(counted.order_count, 0) as bigint) as sample_size,
        case
            when '{{ metric }}' <> 'units_returned' and items.breakdown in ('all', 'occasion')
                then told.has_refunds
            else told.has_units
        end as is_told
    from windows
    cross join told
    inner join items on windows.period_type <> 'month' or items.breakdown = 'all'
    left join counted
        on windows.period_type = counted.period_type
        and windows.period_start = counted.period_start
        and items.breakdown = counted.breakdown
        and items.item = counted.item
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    as_of, period_type, period_start, period_end, is_complete, breakdown, item, metric,
    cast(30 as bigint) as mature_after_days,
    numerator,
    denominator,
    case when is_told and is_complete then {{ rate('numerator', 'denominator') }} end
        as metric_value,
    sample_size,
    sample_size < 30 as is_small_sample,
    case
        when not is_told then 'no_refund_source'
        when denominator = 0 then 'no_mature_orders'
        when not is_complete then 'not_mature'
    end as reason_code
from measured
order by period_type, period_start, breakdown, item, metric
