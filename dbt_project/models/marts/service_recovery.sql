{#- A person watched in several months is one trial, not several: the interval must not shrink. -#}
{%- set repeat_customers -%}
    (cast(counted.repeat_count as double) * counted.customer_count / nullif(counted.observation_count, 0))
{%- endset -%}
with recovery_groups as (
    select 'resolved_complaint' as recovery_group
    union all
    select 'unresolved_complaint' as recovery_group
    union all
    select 'no_complaint' as recovery_group
),

tickets as (
    select
        count(*) as ticket_count,
        count(is_negative) as judged_count
    from {{ ref('stg_tickets') }}
),

counted as (
    select
        recovery_groups.recovery_group,
        min(anchors.anchor_date) as period_start,
        max(anchors.anchor_date) as period_end,
        count(distinct anchors.customer_id) as customer_count,
        count(anchors.customer_id) as observation_count,
        count(*) filter (where anchors.has_returned) as repeat_count
    from recovery_groups
    left join {{ ref('int_recovery_anchors') }} as anchors
        on recovery_groups.recovery_group = anchors.recovery_group
    group by recovery_groups.recovery_group
)

select
    run_context.as_of,
    counted.recovery_group,
    cast(90 as bigint) as window_days,
    counted.period_start,
    counted.period_end,
    counted.customer_count,
    counted.observation_count,
    counted.repeat_count,
    {{ rate('counted.repeat_count', 'counted.observation_count') }} as repeat_rate,
    {{ wilson_bound(repeat_customers, 'counted.customer_count', '-') }} as interval_low,
    {{ wilson_bound(repeat_customers, 'counted.customer_count', '+') }} as interval_high,
    counted.customer_count < 30 as is_small_sample,
    'association, not proof' as reading,
    case
        when counted.customer_count > 0 then null
        when tickets.ticket_count = 0 then 'no_tickets_known'
        when tickets.judged_count = 0 then 'complaints_not_told_apart'
        else 'nobody_observed_long_enough'
    end as reason_code
from counted
cross join tickets
cross join {{ ref('stg_run_context') }} as run_context
order by counted.recovery_group
