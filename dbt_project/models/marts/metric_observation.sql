{#- Every metric of the registry, read from the mart that answers it: one macro entry, one select. -#}
with observed as (
    {%- for reading in metric_readings() %}
    {%- set period_type = reading.period_type %}
    select
        '{{ reading.metric }}' as metric,
        {% if period_type.startswith('{') %}{{ period_type[1:-1] }}{% else %}'{{ period_type }}'{% endif %}
            as period_type,
        cast({{ reading.period_start }} as date) as period_start,
        cast({{ reading.period_end }} as date) as period_end,
        '{{ reading.dimension or 'all' }}' as dimension,
        coalesce(cast({{ reading.dimension_value }} as varchar), 'unknown') as dimension_value,
        cast({{ reading.numerator }} as decimal(38, 6)) as numerator,
        cast({{ reading.numerator }} as double) as plain_value,
        cast({{ reading.denominator }} as decimal(38, 6)) as denominator,
        cast({{ reading.sample_size }} as bigint) as sample_size,
        cast({{ reading.interval_low }} as double) as stated_low,
        cast({{ reading.interval_high }} as double) as stated_high,
        cast({{ reading.reason_code }} as varchar) as reason_code,
        {{ reading.denominator != 'null' }} as is_ratio
    from {{ ref(reading.mart) }}
    where {{ reading.where }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

valued as (
    select
        observed.*,
        metrics.metric_id,
        metrics.unit,
        case
            when observed.reason_code is not null then observed.reason_code
            when observed.is_ratio and coalesce(observed.denominator, 0) = 0
                then 'nothing_to_divide_by'
            when observed.numerator is null then 'not_known'
        end as reason,
        metrics.is_proportion and observed.denominator > 0 and observed.reason_code is null
            as has_wilson_interval
    from observed
    inner join {{ ref('stg_metrics') }} as metrics on observed.metric = metrics.metric
    -- Before the first order there is no window to speak of.
    where observed.period_start is not null and observed.period_end is not null
)

select
    run_context.as_of,
    valued.metric,
    valued.metric_id,
    valued.unit,
    valued.period_type,
    valued.period_start,
    valued.period_end,
    valued.dimension,
    valued.dimension_value,
    valued.numerator,
    valued.denominator,
    case
        when valued.reason is not null then null
        when valued.is_ratio then {{ rate('valued.numerator', 'valued.denominator') }}
        else {{ significant('valued.plain_value') }}
    end as metric_value,
    case when valued.has_wilson_interval
        then {{ wilson_bound('valued.numerator', 'valued.denominator', '-') }}
        else valued.stated_low
    end as interval_low,
    case when valued.has_wilson_interval
        then {{ wilson_bound('valued.numerator', 'valued.denominator', '+') }}
        else valued.stated_high
    end as interval_high,
    valued.sample_size,
    valued.sample_size < 30 as is_small_sample,
    valued.reason as reason_code
from valued
cross join {{ ref('stg_run_context') }} as run_context
order by
    valued.metric, valued.period_type, valued.period_end, valued.period_start,
    valued.dimension, valued.dimension_value
