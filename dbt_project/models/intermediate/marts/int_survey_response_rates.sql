with periods as (
    select * from {{ ref('int_survey_periods') }}
),

-- Who sends the survey is seldom who reads it: the campaign bears the survey's name, in any case.
delivered as (
    select
        lower(trim(campaign)) as survey_key,
        event_date as day
    from {{ ref('stg_messages') }}
    where event = 'delivered'
),

-- A survey whose deliveries are not known has no place in the numerator either.
completed as (
    select
        lower(trim(survey_id)) as survey_key,
        response_date as day
    from {{ ref('fct_responses') }}
    where
        is_completed and respondent = 'customer'
        and lower(trim(survey_id)) in (select survey_key from delivered)
),

daily as (
    select survey_key, day, count(*) as delivered_count, 0 as completed_count
    from delivered
    group by survey_key, day
    union all
    select survey_key, day, 0 as delivered_count, count(*) as completed_count
    from completed
    group by survey_key, day
),

counted as (
    select
        scopes.survey_id,
        periods.period_type,
        periods.period_start,
        cast(coalesce(sum(daily.completed_count), 0) as bigint) as completed_count,
        cast(coalesce(sum(daily.delivered_count), 0) as bigint) as delivered_count
    from {{ ref('int_survey_scopes') }} as scopes
    cross join periods
    left join daily
        on lower(trim(scopes.member_survey_id)) = daily.survey_key
        and periods.period_start <= daily.day
        and periods.period_end >= daily.day
    where scopes.metric = 'nps'
    group by scopes.survey_id, periods.period_type, periods.period_start
),

judged as (
    select
        *,
        case
            when delivered_count = 0 then 'no_deliveries_known'
            when completed_count > delivered_count then 'more_answers_than_deliveries'
        end as reason_code
    from counted
)

select
    *,
    case when reason_code is null then {{ rate('completed_count', 'delivered_count') }} end
        as response_rate
from judged
