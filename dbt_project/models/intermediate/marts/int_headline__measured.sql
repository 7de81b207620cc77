-- The observations that may stand in the mail: the latest complete period, the one before it and
-- the one of a year ago.
with metrics as (
    select * from {{ ref('stg_metrics') }}
    where headline_position is not null
),

months as (
    select
        month_start,
        max(month_number) over () - month_number as months_back
    from {{ ref('int_months') }}
    where is_complete
),

observed as (
    select
        observations.*,
        months.months_back,
        cast({{ days_between('observations.period_end', 'run_context.as_of') }} as bigint)
            as days_back
    from {{ ref('metric_observation') }} as observations
    inner join metrics
        on observations.metric = metrics.metric
        and observations.period_type = metrics.headline_period_type
    cross join {{ ref('stg_run_context') }} as run_context
    left join months
        on observations.period_type = 'month'
        and observations.period_start = months.month_start
    where
        observations.dimension_value
        = case
            when metrics.rests_on_active_days then cast(run_context.headline_active_days as varchar)
            else ''
        end
),

placed as (
    select
        *,
        metric <> 'nps' or sample_size >= 30 as is_enough,
        case
            when period_type in ('lifetime', 'observed') then 'latest'
            when period_type <> 'month' and days_back < 90 then 'latest'
            when period_type <> 'month' and days_back = 90 then 'previous'
            when period_type <> 'month' and days_back = 365 then 'year_ago'
            when months_back = 0 then 'latest'
            when months_back = 1 then 'previous'
            when months_back = 12 then 'year_ago'
        end as standing
    from observed
)

-- A score of fewer than 30 answers stands in tables with a mark, and in no headline.
select * replace (
    case when is_enough then metric_value end as metric_value,
    case when is_enough then interval_low end as interval_low,
    case when is_enough then interval_high end as interval_high,
    case when is_enough then reason_code else coalesce(reason_code, 'small_sample') end
        as reason_code
)
from placed
where standing is not null
qualify row_number() over (partition by metric, standing order by period_end desc) = 1
