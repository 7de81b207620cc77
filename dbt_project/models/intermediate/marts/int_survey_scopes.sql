with answers as (
    select * from {{ ref('int_survey_answers') }}
),

-- Where a shop asks in both ways, post-purchase leads, and it sorts first.
leading_types as (
    select
        metric,
        coalesce(min(survey_type) filter (where respondent = 'customer'), min(survey_type))
            as leading_type
    from answers
    group by metric
),

surveys as (
    select distinct metric, survey_id, survey_type
    from answers
)

select
    metric,
    survey_id,
    survey_type,
    survey_id as member_survey_id
from surveys
union all
select
    surveys.metric,
    case
        when surveys.survey_type = leading_types.leading_type then 'all'
        else 'all_' || surveys.survey_type
    end as survey_id,
    surveys.survey_type,
    surveys.survey_id as member_survey_id
from surveys
inner join leading_types on surveys.metric = leading_types.metric
