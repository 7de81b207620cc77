with responses as (
    select * from {{ ref('stg_responses') }}
    where is_completed and score is not null
)

select
    source,
    survey_id,
    response_id,
    customer_id,
    response_date,
    submitted_at,
    score,
    case
        when score >= 9 then 'promoter'
        when score >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    language
from responses
order by source, response_id
