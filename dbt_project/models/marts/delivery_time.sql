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

waited as (
    select
        *,
        case when stage_days >= 0 then stage_days when is_open then 1000000 end as waited_days
    from stages
),

-- Days below zero are a slip of the source: shown, never averaged. What is still open takes longer
-- than anything done, and only what is old enough to be late is judged, done or not.
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
        quantile_cont(waited_days, 0.5) as median_days,
        quantile_cont(waited_days, 0.9) as p90_days,
        count(*) filter (where open_days > 7 and waited_days > 7) as late_count,
        count(*) filter (where open_days > 7 and waited_days is not null) as judged_count
    from waited
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
    case when measured.median_days < 10000 then {{ significant('measured.median_days') }} end
        as median_days,
    case when measured.p90_days < 10000 then {{ significant('measured.p90_days') }} end as p90_days,
    cast(7 as bigint) as late_after_days,
    coalesce(measured.late_count, 0) as numerator,
    coalesce(measured.judged_count, 0) as denominator,
    {{ rate('measured.late_count', 'measured.judged_count') }} as late_share,
    coalesce(measured.judged_count, 0) as sample_size,
    coalesce(measured.judged_count, 0) < 30 as is_small_sample,
    case
        when not exists (select 1 from deliveries) then 'no_delivery_feed'
        when measured.month_start is null then 'no_deliveries'
        when measured.done_count = 0 then 'none_done_yet'
        when measured.p90_days >= 10000 then 'too_many_open'
    end as reason_code
from spine
inner join months on spine.month_start = months.month_start
left join measured
    on spine.stage = measured.stage
    and spine.month_start = measured.month_start
    and spine.scope = measured.scope
    and spine.country is not distinct from measured.country
order by months.month_start, spine.stage, spine.scope, spine.country
