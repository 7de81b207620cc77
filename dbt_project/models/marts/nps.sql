with run_context as (
    select * from {{ ref('stg_run_context') }}
),

-- The row `all` is there even where nobody was asked anything.
scopes as (
    select survey_id, max(survey_type) as survey_type
    from (
        select survey_id, survey_type from {{ ref('int_survey_scopes') }}
        where metric = 'nps'
        union all
        select 'all' as survey_id, null as survey_type
    )
    group by survey_id
),

standing as (
    select
        *,
        respondent = 'customer' as is_customer,
        cast(answer >= 9 as integer) - cast(answer <= 6 as integer) as worth
    from {{ ref('int_survey_answers__standing') }}
    where metric = 'nps'
),

counted as (
    select
        scopes.survey_id,
        scopes.survey_type,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        count(*) filter (where standing.is_customer) as response_count,
        count(*) filter (where standing.is_customer and standing.customer_id is null)
            as unknown_respondent_count,
        count(*) filter (where standing.is_customer and standing.worth = 1) as promoter_count,
        count(*) filter (where standing.is_customer and standing.worth = 0) as passive_count,
        count(*) filter (where standing.is_customer and standing.worth = -1) as detractor_count,
        count(*) filter (where not standing.is_customer) as staff_response_count,
        {{ rate(
            '100 * sum(standing.worth) filter (where not standing.is_customer)',
            'count(*) filter (where not standing.is_customer)'
        ) }} as staff_nps
    from {{ ref('int_survey_periods') }} as periods
    cross join scopes
    left join standing
        on periods.period_type = standing.period_type
        and periods.period_start = standing.period_start
        and scopes.survey_id = standing.survey_id
    group by all
),

scored as (
    select
        *,
        {{ rate('100 * (promoter_count - detractor_count)', 'response_count') }} as nps,
        {{ significant(nps_standard_error('promoter_count', 'detractor_count', 'response_count')) }}
            as standard_error
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
    case when scored.response_count = 0 then 'no_responses' end as reason_code,
    coalesce(rates.delivered_count, 0) as delivered_count,
    coalesce(rates.completed_count, 0) as completed_count,
    rates.response_rate,
    case when rates.response_rate is null
        then coalesce(rates.reason_code, 'no_deliveries_known')
    end as response_rate_reason_code
from scored
cross join run_context
left join {{ ref('int_survey_response_rates') }} as rates
    on scored.survey_id = rates.survey_id
    and scored.period_type = rates.period_type
    and scored.period_start = rates.period_start
order by scored.survey_id, scored.period_type, scored.period_end
