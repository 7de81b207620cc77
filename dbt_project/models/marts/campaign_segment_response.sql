{%- set groups = ['treated', 'held_out'] -%}
-- One person is one observation of a campaign, however often it wrote: the first contact counts.
with logged as (
    select
        campaign,
        customer_id,
        first(segment order by contact_date, reason_key) as segment
    from {{ ref('stg_contact_log') }}
    -- A list for the shop itself contacts nobody.
    where channel <> 'review'
    group by campaign, customer_id
),

counted as (
    select
        logged.campaign,
        logged.segment,
        count(*) as people_count,
        count(*) filter (where people.experiment_group is null) as unconfirmed_count,
        count(*) filter (where people.experiment_group = 'both') as excluded_in_both_count,
        {%- for experiment_group in groups %}
        {%- set is_of_group = "where people.experiment_group = '" ~ experiment_group ~ "'" %}
        count(*) filter ({{ is_of_group }} and not people.is_observed)
            as {{ experiment_group }}_immature_count,
        count(*) filter ({{ is_of_group }} and people.is_observed) as {{ experiment_group }}_count,
        count(*) filter ({{ is_of_group }} and people.is_observed and people.has_bought)
            as {{ experiment_group }}_buyer_count
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from logged
    left join {{ ref('int_campaign_people') }} as people
        on logged.campaign = people.campaign
        and logged.customer_id = people.customer_id
    group by logged.campaign, logged.segment
),

rated as (
    select
        *,
        {%- for experiment_group in groups %}
        {%- set buyers, people = experiment_group ~ '_buyer_count', experiment_group ~ '_count' %}
        {{ rate(buyers, people) }} as {{ experiment_group }}_rate,
        {{ wilson_bound(buyers, people, '-') }} as {{ experiment_group }}_low,
        {{ wilson_bound(buyers, people, '+') }} as {{ experiment_group }}_high,
        {%- endfor %}
        case
            when treated_count + treated_immature_count = 0 and unconfirmed_count > 0
                then 'contact_not_confirmed'
            when treated_count + treated_immature_count = 0 then 'nobody_contacted'
            when treated_count = 0 then 'nobody_observed_long_enough'
            when held_out_count + held_out_immature_count = 0 then 'no_holdout'
            when held_out_count = 0 then 'nobody_observed_long_enough'
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
)

select
    run_context.as_of,
    compared.campaign,
    compared.segment,
    run_context.engagement_window_days,
    compared.people_count,
    {%- for experiment_group in groups %}
    compared.{{ experiment_group }}_count,
    compared.{{ experiment_group }}_buyer_count,
    compared.{{ experiment_group }}_rate,
    compared.{{ experiment_group }}_low as {{ experiment_group }}_rate_low,
    compared.{{ experiment_group }}_high as {{ experiment_group }}_rate_high,
    compared.{{ experiment_group }}_immature_count,
    {%- endfor %}
    compared.excluded_in_both_count,
    compared.unconfirmed_count,
    compared.difference,
    {{ newcombe_bound('difference', 'treated', 'held_out', '-') }} as difference_low,
    {{ newcombe_bound('difference', 'treated', 'held_out', '+') }} as difference_high,
    compared.treated_count < 30 or compared.held_out_count between 1 and 29 as is_small_sample,
    compared.reason_code
from compared
cross join {{ ref('stg_run_context') }} as run_context
order by compared.campaign, compared.segment
