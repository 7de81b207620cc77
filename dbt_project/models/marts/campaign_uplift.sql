with counted as (
    select
        campaign,
        count(*) filter (where experiment_group = 'both') as excluded_in_both_count,
        {%- for experiment_group in ['treated', 'held_out'] %}
        count(*) filter (where experiment_group = '{{ experiment_group }}' and not is_observed)
            as {{ experiment_group }}_immature_count,
        count(*) filter (where experiment_group = '{{ experiment_group }}' and is_observed)
            as {{ experiment_group }}_count,
        count(*) filter (where experiment_group = '{{ experiment_group }}' and is_observed and has_bought)
            as {{ experiment_group }}_buyer_count
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_campaign_people') }}
    group by campaign
),

rated as (
    select
        *,
        {%- for experiment_group in ['treated', 'held_out'] %}
        {%- set buyers, people = experiment_group ~ '_buyer_count', experiment_group ~ '_count' %}
        {{ rate(buyers, people) }} as {{ experiment_group }}_rate,
        {{ wilson_bound(buyers, people, '-') }} as {{ experiment_group }}_low,
        {{ wilson_bound(buyers, people, '+') }} as {{ experiment_group }}_high,
        {%- endfor %}
        case
            when held_out_count + held_out_immature_count = 0 then 'no_holdout'
            when treated_count + treated_immature_count = 0 then 'nobody_contacted'
            when treated_count = 0 or held_out_count = 0 then 'nobody_observed_long_enough'
        end as reason_code
    from counted
),

compared as (
    select
        *,
        case when reason_code is null
            then {{ significant('treated_rate - held_out_rate') }}
        end as difference
    from rated
),

bounded as (
    select
        *,
        {{ newcombe_bound('difference', 'treated', 'held_out', '-') }} as difference_low,
        {{ newcombe_bound('difference', 'treated', 'held_out', '+') }} as difference_high
    from compared
)

select
    run_context.as_of,
    bounded.campaign,
    run_context.engagement_window_days,
    bounded.treated_count,
    bounded.treated_buyer_count,
    bounded.treated_rate,
    bounded.held_out_count,
    bounded.held_out_buyer_count,
    bounded.held_out_rate,
    bounded.treated_immature_count,
    bounded.held_out_immature_count,
    bounded.excluded_in_both_count,
    bounded.difference,
    bounded.difference_low,
    bounded.difference_high,
    bounded.difference_low > 0 or bounded.difference_high < 0 as is_distinguishable,
    {{ rate('bounded.difference', 'bounded.held_out_rate') }} as relative_uplift,
    {{ significant('bounded.difference * bounded.treated_count') }} as incremental_buyers,
    bounded.reason_code
from bounded
cross join {{ ref('stg_run_context') }} as run_context
order by bounded.campaign
