{%- set questions = [('nps', 'score'), ('csat', 'satisfaction_score'), ('ces', 'effort_score')] -%}
{%- for metric, answer in questions %}
{%- if not loop.first %}
union all
{%- endif %}
select
    '{{ metric }}' as metric,
    survey_id,
    survey_type,
    respondent,
    -- Each stage is a question of its own; the recommendation is asked for the shop as a whole.
    {% if metric == 'nps' %}cast(null as varchar){% else %}journey_stage{% endif %} as journey_stage,
    source,
    response_id,
    customer_id,
    response_date,
    submitted_at,
    is_completed,
    {{ answer }} as answer
from {{ ref('fct_responses') }}
where {{ answer }} is not null and response_date is not null
{%- endfor %}
