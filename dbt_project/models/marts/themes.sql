with run_context as (
    select * from {{ ref('stg_run_context') }}
),

mentions as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        raised.theme,
        raised.polarity,
        responses.source,
        responses.response_id,
        responses.customer_id,
        responses.nps_group
    from {{ ref('int_survey_periods') }} as periods
    inner join {{ ref('fct_responses') }} as responses
        on periods.period_start <= responses.response_date
        and periods.period_end >= responses.response_date
    inner join {{ ref('stg_response_themes') }} as raised
        on responses.source = raised.source
        and responses.response_id = raised.response_id
    where responses.respondent = 'customer'
),

commented as (
    select
        period_type,
        period_start,
        count(distinct source || chr(31) || response_id) as comment_count
    from mentions
    group by period_type, period_start
),

counted as (
    select
        theme,
        period_type,
        period_start,
        period_end,
        count(*) as mention_count,
        count(distinct customer_id) as people_count,
        count(*) filter (where customer_id is null) as unknown_respondent_count,
        -- Praise asks for nothing; whoever says more than praise asks.
        count(distinct customer_id) filter (where polarity <> 'positive') as asking_people_count,
        {%- for polarity in ['positive', 'negative', 'mixed', 'neutral'] %}
        count(*) filter (where polarity = '{{ polarity }}') as {{ polarity }}_count,
        {%- endfor %}
        {%- for nps_group in ['promoter', 'passive', 'detractor'] %}
        count(*) filter (where nps_group = '{{ nps_group }}') as {{ nps_group }}_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from mentions
    group by theme, period_type, period_start, period_end
)

select
    run_context.as_of,
    counted.theme,
    counted.period_type,
    counted.period_start,
    counted.period_end,
    counted.mention_count,
    commented.comment_count,
    {{ rate('counted.mention_count', 'commented.comment_count') }} as share_of_comments,
    counted.people_count,
    counted.unknown_respondent_count,
    counted.asking_people_count,
    {%- for polarity in ['positive', 'negative', 'mixed', 'neutral'] %}
    counted.{{ polarity }}_count,
    {%- endfor %}
    {%- for nps_group in ['promoter', 'passive', 'detractor'] %}
    counted.{{ nps_group }}_count,
    {%- endfor %}
    case when counted.theme <> 'unclassified'
        then counted.asking_people_count >= run_context.repeated_request_people
    end as is_repeated_request,
    commented.comment_count < 30 as is_small_sample
from counted
inner join commented
    on counted.period_type = commented.period_type
    and counted.period_start = commented.period_start
cross join run_context
order by counted.theme, counted.period_type, counted.period_end
