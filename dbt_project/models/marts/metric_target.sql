-- The target in force is the latest that begins on or before the period.
with observed as (
    select
        observations.*,
        lag(observations.metric_value) over by_period as previous_value
    from {{ ref('metric_observation') }} as observations
    cross join {{ ref('stg_run_context') }} as run_context
    where
        observations.dimension = 'all'
        or (
            observations.dimension = 'active_days'
            and observations.dimension_value = cast(run_context.headline_active_days as varchar)
        )
    window by_period as (
        partition by observations.metric, observations.period_type
        order by observations.period_end
    )
),

targeted as (
    select
        observed.*,
        metrics.direction,
        targets.note,
        case
            when targets.target_value is not null then targets.target_value
            when metrics.direction = 'down' then observed.previous_value - targets.step_value
            else observed.previous_value + targets.step_value
        end as wanted
    from observed
    inner join {{ ref('stg_metrics') }} as metrics on observed.metric = metrics.metric
    inner join {{ ref('stg_targets') }} as targets
        on observed.metric = targets.metric
        and observed.period_type = targets.period_type
        and observed.period_start >= targets.valid_from
    qualify row_number() over (
        partition by observed.metric, observed.period_type, observed.period_end
        order by targets.valid_from desc
    ) = 1
)

select
    run_context.as_of,
    targeted.metric,
    targeted.period_type,
    targeted.period_start,
    targeted.period_end,
    targeted.metric_value,
    targeted.previous_value,
    {{ significant('targeted.wanted') }} as target_value,
    case targeted.direction
        when 'down' then targeted.metric_value <= {{ significant('targeted.wanted') }}
        else targeted.metric_value >= {{ significant('targeted.wanted') }}
    end as is_on_track,
    coalesce(targeted.sample_size, 0) as sample_size,
    targeted.note,
    case
        when targeted.metric_value is null then 'no_value'
        when targeted.wanted is null then 'no_previous_value'
    end as reason_code
from targeted
cross join {{ ref('stg_run_context') }} as run_context
order by targeted.metric, targeted.period_type, targeted.period_end
