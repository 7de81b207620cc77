with answers as (
    select * from {{ ref('int_satisfaction') }}
    where
        journey_stage is not null
        and survey_id not in ('all', 'all_relational', 'all_post_purchase')
),

counted as (
    select
        metric,
        journey_stage,
        period_type,
        period_start,
        period_end,
        {%- for respondent in ['customer', 'staff'] %}
        cast(coalesce(sum(response_count) filter (where respondent = '{{ respondent }}'), 0) as bigint)
            as {{ respondent }}_response_count,
        cast(coalesce(sum(answer_sum) filter (where respondent = '{{ respondent }}'), 0) as bigint)
            as {{ respondent }}_answer_sum,
        cast(coalesce(sum(satisfied_count) filter (where respondent = '{{ respondent }}'), 0) as bigint)
            as {{ respondent }}_satisfied_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from answers
    group by metric, journey_stage, period_type, period_start, period_end
),

averaged as (
    select
        *,
        {{ rate('customer_answer_sum', 'customer_response_count') }} as customer_average_answer,
        {{ rate('staff_answer_sum', 'staff_response_count') }} as staff_average_answer,
        customer_response_count >= 30 as has_enough_customers
    from counted
),

-- A stage is the least satisfied one only among others of which as much is known.
ranked as (
    select
        *,
        rank() over (
            partition by metric, period_type, period_start, has_enough_customers
            order by customer_average_answer
        ) as place,
        min(customer_average_answer) over (
            partition by metric, period_type, period_start, has_enough_customers
        ) < max(customer_average_answer) over (
            partition by metric, period_type, period_start, has_enough_customers
        ) as stages_differ
    from averaged
)

select
    run_context.as_of,
    ranked.metric,
    ranked.journey_stage,
    ranked.period_type,
    ranked.period_start,
    ranked.period_end,
    {%- for respondent in ['customer', 'staff'] %}
    {%- set satisfied = 'ranked.' ~ respondent ~ '_satisfied_count' %}
    {%- set answered = 'ranked.' ~ respondent ~ '_response_count' %}
    {{ answered }},
    ranked.{{ respondent }}_average_answer,
    {{ rate(satisfied, answered) }} as {{ respondent }}_satisfied_share,
    {{ wilson_bound(satisfied, answered, '-') }} as {{ respondent }}_interval_low,
    {{ wilson_bound(satisfied, answered, '+') }} as {{ respondent }}_interval_high,
    {%- endfor %}
    {{ significant('ranked.customer_average_answer - ranked.staff_average_answer') }}
        as customer_less_staff_points,
    not ranked.has_enough_customers as is_small_sample,
    case when ranked.has_enough_customers then ranked.place = 1 and ranked.stages_differ end
        as is_least_satisfied,
    case
        when ranked.customer_response_count = 0 then 'no_responses_of_customers'
        when not ranked.has_enough_customers then 'small_sample'
    end as reason_code
from ranked
cross join {{ ref('stg_run_context') }} as run_context
order by ranked.metric, ranked.journey_stage, ranked.period_type, ranked.period_end
