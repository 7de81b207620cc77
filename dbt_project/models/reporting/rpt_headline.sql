with metrics as (
    select * from {{ ref('headline_metrics') }}
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
        metrics.position,
        metrics.metric_id,
        metrics.metric,
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
        metrics.is_proportion and latest.metric_value is not null as has_wilson_interval,
        case when metrics.rests_on_active_days then run_context.headline_active_days end
            as active_days,
        case
            when latest.metric is null then 'no_complete_period'
            when latest.metric_value is null then coalesce(latest.reason_code, 'nothing_to_divide_by')
        end as reason_code
    from metrics
    cross join run_context
    left join measured as latest
        on metrics.metric = latest.metric and latest.standing = 'latest'
    left join measured as previous
        on metrics.metric = previous.metric and previous.standing = 'previous'
    left join measured as year_ago
        on metrics.metric = year_ago.metric and year_ago.standing = 'year_ago'
)

select
    as_of,
    cast(position as bigint) as position,
    metric_id,
    metric,
    unit,
    period_start,
    period_end,
    metric_value as value,
    numerator,
    denominator,
    previous_value,
    year_ago_value,
    case when has_wilson_interval then {{ wilson_bound('numerator', 'denominator', '-') }}
        else interval_low
    end as interval_low,
    case when has_wilson_interval then {{ wilson_bound('numerator', 'denominator', '+') }}
        else interval_high
    end as interval_high,
    coalesce(sample_size, 0) as sample_size,
    coalesce(sample_size, 0) < 30 as is_small_sample,
    active_days,
    reason_code
from placed
order by position
