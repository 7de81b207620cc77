with run_context as (
    select * from {{ ref('stg_run_context') }}
),

metrics as (
    select
        *,
        row_number() over (order by coalesce(headline_position, 99), metric) as position
    from {{ ref('stg_metrics') }}
    where metric in (
        'retention_rate', 'period_churn_rate', 'existing_customer_revenue_share', 'average_order_value',
        'net_sales', 'orders', 'active_customers', 'nps', 'median_first_response'
    )
),

measured as (
    select * from {{ ref('int_headline_week__measured') }}
),

compared as (
    select
        latest.*,
        previous.metric_value as previous_value,
        year_ago.metric_value as year_ago_value
    from measured as latest
    left join measured as previous
        on latest.metric = previous.metric and previous.standing = 'previous'
    left join measured as year_ago
        on latest.metric = year_ago.metric and year_ago.standing = 'year_ago'
    where latest.standing = 'latest'
),

-- The target in force is the latest that begins on or before the period.
targeted as (
    select
        metrics.metric,
        {{ significant("coalesce(
            targets.target_value,
            compared.previous_value + case metrics.direction when 'down' then -1 else 1 end * targets.step_value
        )") }} as target_value
    from compared
    inner join metrics on compared.metric = metrics.metric
    inner join {{ ref('stg_targets') }} as targets
        on compared.metric = targets.metric
        and compared.period_type = targets.period_type
        and compared.period_start >= targets.valid_from
    qualify row_number() over (partition by metrics.metric order by targets.valid_from desc) = 1
)

select
    run_context.as_of,
    cast(metrics.position as bigint) as position,
    metrics.metric_id,
    metrics.metric,
    metrics.title,
    metrics.definition,
    metrics.direction,
    metrics.unit,
    compared.period_start,
    compared.period_end,
    compared.metric_value as value,
    compared.numerator,
    compared.denominator,
    compared.previous_value,
    compared.year_ago_value,
    case
        when compared.metric_value is null then null
        when metrics.is_proportion then {{ wilson_bound('compared.numerator', 'compared.denominator', '-') }}
        when compared.nps_margin is not null
            then {{ significant('greatest(-100, compared.metric_value - compared.nps_margin)') }}
    end as interval_low,
    case
        when compared.metric_value is null then null
        when metrics.is_proportion then {{ wilson_bound('compared.numerator', 'compared.denominator', '+') }}
        when compared.nps_margin is not null
            then {{ significant('least(100, compared.metric_value + compared.nps_margin)') }}
    end as interval_high,
    targeted.target_value,
    case metrics.direction
        when 'down' then compared.metric_value <= targeted.target_value
        else compared.metric_value >= targeted.target_value
    end as is_on_track,
    coalesce(compared.sample_size, 0) as sample_size,
    coalesce(compared.sample_size, 0) < 30 as is_small_sample,
    case when metrics.rests_on_active_days then run_context.headline_active_days end as active_days,
    case when compared.metric is null then 'no_complete_period' else compared.reason_code end as reason_code
from metrics
cross join run_context
left join compared on metrics.metric = compared.metric
left join targeted on metrics.metric = targeted.metric
order by metrics.position
