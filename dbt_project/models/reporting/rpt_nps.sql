with scores as (
    select * from {{ ref('nps') }}
)

select * from scores
where period_type = 'month' or period_end = as_of
order by survey_id, period_type, period_end
