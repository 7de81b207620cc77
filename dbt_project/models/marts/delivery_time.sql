{%- set stages = [
    ('order_to_shipped', 'days_to_ship', 'coalesce(shipped_date, delivered_date) is null', 'age_days'),
    ('shipped_to_delivered', 'days_on_the_way', 'shipped_date is not null and delivered_date is null',
        'as_of - shipped_date'),
    ('order_to_delivered', 'days_to_deliver', 'delivered_date is null', 'age_days'),
] -%}
with months as (
    select * from {{ ref('int_months') }}
),

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

stages as (
    {%- for stage, days, is_open, open_days in stages %}
    select
        '{{ stage }}' as stage,
        {{ month_of('order_date') }} as month_start,
        country,
        {{ days }} as stage_days,
        {{ is_open }} as is_open,
        {{ open_days }} as open_days
    from deliveries
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Days below zero are a slip of the source: shown, never averaged.
measured as (
    select
        stage,
        month_start,
        case when grouping(country) = 1 then 'all' else 'country' end as scope,
        country,
        count(*) filter (where stage_days >= 0) as done_count,
        count(*) filter (where stage_days < 0) as impossible_count,
        count(*) filter (where is_open) as open_count,
        max(open_days) filter (where is_open) as oldest_open_days,
        quantile_cont(stage_days, 0.5) filter (where stage_days >= 0) as median_days,
        quantile_cont(stage_days, 0.9) filter (where stage_days >= 0) as p90_days,
        count(*) filter (where stage_days > 7 or (is_open and open_days > 7)) as late_count,
        count(*) filter (where stage_days >= 0 or (is_open and open_days > 7)) as judged_count
    from stages
    group by grouping sets ((stage, month_start), (stage, month_start, country))
),

spine as (
    select stage, month_start, scope, country from measured
    union
    select names.stage, months.month_start, 'all', null
    from months
    cross join (
        select unnest(['order_to_shipped', 'shipped_to_delivered', 'order_to_delivered']) as stage
    ) as names
)

select
    months.as_of, months.month_start, months.month_end as period_end, months.is_complete,
    spine.stage, spine.scope, spine.country,
    coalesce(measured.done_count, 0) as done_count,
    coalesce(measured.open_count, 0) as open_count,
    coalesce(measured.impossible_count, 0) as impossible_count,
    cast(measured.oldest_open_days as bigint) as oldest_open_days,
    {{ significant('measured.median_days') }} as median_days,
    {{ significant('measured.p90_days') }} as p90_days,
    cast(7 as bigint) as late_after_days,
    coalesce(measured.late_count, 0) as numerator,
    coalesce(measured.judged_count, 0) as denominator,
    {{ rate('measured.late_count', 'measured.judged_count') }} as late_share,
    coalesce(measured.done_count, 0) as sample_size,
    coalesce(measured.done_count, 0) < 30 as is_small_sample,
    case
        when not exists (select 1 from deliveries) then 'no_delivery_feed'
        when measured.month_start is null then 'no_deliveries'
        when measured.done_count = 0 then 'none_done_yet'
    end as reason_code
from spine
inner join months on spine.month_start = months.month_start
left join measured
    on spine.stage = measured.stage
    and spine.month_start = measured.month_start
    and spine.scope = measured.scope
    and spine.country is not distinct from measured.country
order by months.month_start, spine.stage, spine.scope, spine.country
