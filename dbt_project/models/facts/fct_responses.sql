with responses as (
    select * from {{ ref('stg_responses') }}
),

customers as (
    select * from {{ ref('stg_customers') }}
),

-- What is asked about a purchase and what is asked about the shop are never put together.
surveys as (
    select
        survey_id,
        case
            when 2 * count(order_id) >= count(*) then 'post_purchase'
            else 'relational'
        end as survey_type
    from responses
    group by survey_id
)

select
    responses.source,
    responses.survey_id,
    surveys.survey_type,
    responses.response_id,
    responses.customer_id,
    case
        when responses.respondent = 'staff' or coalesce(customers.is_staff, false) then 'staff'
        else 'customer'
    end as respondent,
    responses.response_date,
    responses.submitted_at,
    responses.is_completed,
    responses.score,
    case
        when responses.score >= 9 then 'promoter'
        when responses.score >= 7 then 'passive'
        when responses.score >= 0 then 'detractor'
    end as nps_group,
    responses.satisfaction_score,
    responses.effort_score,
    responses.journey_stage,
    responses.order_id,
    responses.language
from responses
inner join surveys on responses.survey_id = surveys.survey_id
left join customers on responses.customer_id = customers.customer_id
order by responses.source, responses.response_id
