{#- Survey answers as they stand in each period: what a person finished, once in a window of days.

    `periods` is a relation, or a common table expression, with period_type, period_start and
    period_end. -#}
{% macro standing_answers(periods) -%}
with run_context as (
    select * from {{ ref('stg_run_context') }}
),

in_periods as (
    select
        periods.period_type,
        periods.period_start,
        scopes.survey_id,
        answers.metric,
        answers.respondent,
        answers.journey_stage,
        answers.source,
        answers.response_id,
        answers.customer_id,
        answers.response_date,
        answers.submitted_at,
        answers.is_completed,
        answers.answer
    from {{ periods }} as periods
    inner join {{ ref('int_survey_answers') }} as answers
        on periods.period_start <= answers.response_date
        and periods.period_end >= answers.response_date
    inner join {{ ref('int_survey_scopes') }} as scopes
        on answers.metric = scopes.metric
        and answers.survey_id = scopes.member_survey_id
),

-- Who finished the survey in the period has said all; what they left half-done before is passed over.
finished as (
    select * from in_periods
    qualify
        customer_id is null or is_completed
        or not bool_or(is_completed) over (
            partition by period_type, period_start, survey_id, metric, journey_stage, customer_id
        )
)

-- A person has one answer in a window of days, the latest; an answer of nobody known stands alone.
select finished.*
from finished
cross join run_context
qualify
    finished.customer_id is null
    or coalesce(
        lead(finished.response_date) over (
            partition by
                finished.period_type, finished.period_start, finished.survey_id,
                finished.metric, finished.journey_stage, finished.customer_id
            order by
                finished.response_date, finished.submitted_at,
                finished.source, finished.response_id
        ) >= finished.response_date + cast(run_context.survey_window_days as integer),
        true
    )
{%- endmacro %}
