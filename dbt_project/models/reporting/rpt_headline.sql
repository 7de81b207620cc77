with metrics as (
    select * from {{ ref('stg_metrics') }}
    where headline_position is not null
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

measured as (
    select * from {{ ref('int_headline__measured') }}
),

placed as (
    select
        run_context.as_of,
        metrics.headline_position,
        metrics.metric_id,
        metrics.metric,
        metrics.title,
        metrics.definition,
        metrics.direction,
        metrics.unit,
        latest.period_start,
        latest.period_end,
        latest.metric_value,
        latest.numerator,
        latest.denominator,
        previous.metric_value as previous_value,
        year_ago.metric_value as year_ago_value,
        latest.interval_low,
        latest.interval_high,
        latest.sample_size,
        targets.target_value,
        case when latest.metric_value is not null then targets.is_on_track end as is_on_track,
        case when metrics.rests_on_active_days then run_context.headline_active_days end
            as active_days,
        case
            when latest.metric is null then 'no_complete_period'
            when latest.metric_value is null then coalesce(latest.reason_code, 'not_known')
        end as reason_code
    from metrics
    cross join run_context
    left join measured as latest
        on metrics.metric = latest.metric and latest.standing = 'latest'
    left join measured as previous
        on metrics.metric = previous.metric and previous.standing = 'previous'
    left join measured as year_ago
        on metrics.metric = year_ago.metric and year_ago.standing = 'year_ago'
    left join {{ ref('metric_target') }} as targets
        on latest.metric = targets.metric
        and latest.period_type = targets.period_type
        and latest.period_end = targets.period_end
)

select
    as_of,
    cast(headline_position as bigint) as position,
    metric_id,
    metric,
    title,
    definition,
    direction,
    unit,
    period_start,
    period_end,
    metric_value as value,
    numerator,
    denominator,
    previous_value,
    year_ago_value,
    interval_low,
    interval_high,
    target_value,
    is_on_track,
    coalesce(sample_size, 0) as sample_size,
    coalesce(sample_size, 0) < 30 as is_small_sample,
    active_days,
    reason_code
from placed
order by headline_position
