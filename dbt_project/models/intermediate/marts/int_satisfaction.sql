with periods as (
    select * from {{ ref('int_survey_periods') }}
),

standing as (
    select * from {{ ref('int_survey_answers__standing') }}
    where metric in ('csat', 'ces')
)

select
    standing.metric,
    standing.survey_id,
    standing.period_type,
    periods.period_start,
    periods.period_end,
    standing.respondent,
    standing.journey_stage,
    count(*) as response_count,
    count(*) filter (where standing.customer_id is null) as unknown_respondent_count,
    cast(sum(standing.answer) as bigint) as answer_sum,
    count(*) filter (
        where standing.answer >= case standing.metric when 'csat' then 4 else 5 end
    ) as satisfied_count
from standing
inner join periods
    on standing.period_type = periods.period_type
    and standing.period_start = periods.period_start
group by all
