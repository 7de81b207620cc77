{#- The variance of a response worth 1, 0 or -1, times n squared, stands under the first root. -#}
{%- set standard_error -%}
    100 * sqrt(
        (promoter_count + detractor_count) * response_count
        - (promoter_count - detractor_count) * (promoter_count - detractor_count)
    ) / nullif(sqrt(response_count) * response_count, 0)
{%- endset -%}
with periods as (
    select * from {{ ref('int_nps_periods') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

scoped_responses as (
    select survey_id, source, response_id, customer_id, response_date, submitted_at, nps_group
    from {{ ref('fct_responses') }}
    union all
    select 'all' as survey_id, source, response_id, customer_id, response_date, submitted_at, nps_group
    from {{ ref('fct_responses') }}
),

surveys as (
    select survey_id from scoped_responses
    union
    select 'all' as survey_id
),

-- A person has one answer in a window of days, the latest; an answer of nobody known stands alone.
standing as (
    select
        periods.period_type,
        periods.period_start,
        responses.*
    from periods
    inner join scoped_responses as responses
        on periods.period_start <= responses.response_date
        and periods.period_end >= responses.response_date
    cross join run_context
    qualify
        responses.customer_id is null
        or coalesce(
            lead(responses.response_date) over (
                partition by
                    periods.period_type, periods.period_start,
                    responses.survey_id, responses.customer_id
                order by
                    responses.response_date, responses.submitted_at,
                    responses.source, responses.response_id
            ) >= responses.response_date + cast(run_context.survey_window_days as integer),
            true
        )
),

counted as (
    select
        surveys.survey_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        count(standing.response_id) as response_count,
        count(*) filter (where standing.nps_group = 'promoter') as promoter_count,
        count(*) filter (where standing.nps_group = 'passive') as passive_count,
        count(*) filter (where standing.nps_group = 'detractor') as detractor_count
    from periods
    cross join surveys
    left join standing
        on periods.period_type = standing.period_type
        and periods.period_start = standing.period_start
        and surveys.survey_id = standing.survey_id
    group by surveys.survey_id, periods.period_type, periods.period_start, periods.period_end
),

scored as (
    select
        *,
        {{ rate('100 * (promoter_count - detractor_count)', 'response_count') }} as nps,
        {{ significant(standard_error) }} as standard_error
    from counted
)

select
    run_context.as_of,
    scored.*,
    -- greatest() and least() pass over a null: without an answer there is no interval.
    case when scored.response_count > 0
        then {{ significant('greatest(-100, scored.nps - 1.959963984540054 * scored.standard_error)') }}
    end as interval_low,
    case when scored.response_count > 0
        then {{ significant('least(100, scored.nps + 1.959963984540054 * scored.standard_error)') }}
    end as interval_high,
    scored.response_count < 30 as is_small_sample,
    case when scored.response_count = 0 then 'no_responses' end as reason_code
from scored
cross join run_context
order by scored.survey_id, scored.period_type, scored.period_end
