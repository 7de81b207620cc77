with periods as (
    select * from {{ ref('int_survey_periods') }}
),

scopes as (
    select distinct metric, survey_id, survey_type
    from {{ ref('int_survey_scopes') }}
    where metric in ('csat', 'ces')
),

respondents as (
    select 'customer' as respondent
    union all
    select 'staff' as respondent
    where exists (select 1 from {{ ref('fct_responses') }} where respondent = 'staff')
),

counted as (
    select
        scopes.survey_id,
        scopes.survey_type,
        scopes.metric,
        respondents.respondent,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        cast(coalesce(sum(answers.response_count), 0) as bigint) as response_count,
        cast(coalesce(sum(answers.unknown_respondent_count), 0) as bigint)
            as unknown_respondent_count,
        cast(coalesce(sum(answers.answer_sum), 0) as bigint) as answer_sum,
        cast(coalesce(sum(answers.satisfied_count), 0) as bigint) as satisfied_count
    from periods
    cross join scopes
    cross join respondents
    left join {{ ref('int_satisfaction') }} as answers
        on periods.period_type = answers.period_type
        and periods.period_start = answers.period_start
        and scopes.metric = answers.metric
        and scopes.survey_id = answers.survey_id
        and respondents.respondent = answers.respondent
    group by all
)

select
    run_context.as_of,
    counted.*,
    {{ rate('counted.answer_sum', 'counted.response_count') }} as average_answer,
    {{ rate('counted.satisfied_count', 'counted.response_count') }} as satisfied_share,
    {{ wilson_bound('counted.satisfied_count', 'counted.response_count', '-') }} as interval_low,
    {{ wilson_bound('counted.satisfied_count', 'counted.response_count', '+') }} as interval_high,
    counted.response_count < 30 as is_small_sample,
    case when counted.response_count = 0 then 'no_responses' end as reason_code
from counted
cross join {{ ref('stg_run_context') }} as run_context
order by
    counted.survey_id, counted.metric, counted.respondent,
    counted.period_type, counted.period_end
