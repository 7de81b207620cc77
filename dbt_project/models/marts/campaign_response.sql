{%- set facts = 'customer_id, is_observed and records_replies as is_observed, records_replies, has_reply' -%}
with messages as (
    select
        campaign,
        coalesce(channel, 'unknown') as channel
    from {{ ref('stg_messages') }}
    where event <> 'held_out'
),

deliveries as (
    select * from {{ ref('int_campaign_deliveries') }}
),

-- Every campaign and channel that contacted somebody has a row, and the shop as a whole always.
scopes as (
    select 'campaign_and_channel' as scope, campaign, channel, count(*) as event_count
    from messages
    group by campaign, channel
    union all
    select 'campaign' as scope, campaign, 'all' as channel, count(*) as event_count
    from messages
    group by campaign
    union all
    select 'shop' as scope, 'all' as campaign, 'all' as channel, count(*) as event_count
    from messages
),

scoped as (
    select 'campaign_and_channel' as scope, campaign, channel, {{ facts }}
    from deliveries
    union all
    select 'campaign' as scope, campaign, 'all' as channel, {{ facts }}
    from deliveries
    union all
    select 'shop' as scope, 'all' as campaign, 'all' as channel, {{ facts }}
    from deliveries
),

people as (
    select
        scope,
        campaign,
        channel,
        customer_id,
        bool_or(records_replies) as is_tracked,
        bool_or(is_observed) as is_observed,
        bool_or(is_observed and has_reply) as has_replied,
        count(*) as delivery_count
    from scoped
    group by scope, campaign, channel, customer_id
),

counted as (
    select
        scopes.scope,
        scopes.campaign,
        scopes.channel,
        scopes.event_count,
        cast(coalesce(sum(people.delivery_count), 0) as bigint) as delivery_count,
        cast(coalesce(sum(people.delivery_count) filter (where people.customer_id is null), 0) as bigint)
            as unnamed_delivery_count,
        count(people.customer_id) as delivered_people_count,
        count(people.customer_id) filter (where not people.is_tracked) as untracked_people_count,
        count(people.customer_id) filter (where people.is_tracked and not people.is_observed)
            as immature_people_count,
        count(people.customer_id) filter (where people.is_observed) as observed_people_count,
        count(people.customer_id) filter (where people.has_replied) as replied_people_count
    from scopes
    left join people
        on scopes.scope = people.scope
        and scopes.campaign = people.campaign
        and scopes.channel = people.channel
    group by scopes.scope, scopes.campaign, scopes.channel, scopes.event_count
)

select
    run_context.as_of,
    counted.* exclude (event_count),
    run_context.conversion_window_days,
    {{ rate('replied_people_count', 'observed_people_count') }} as conversion_rate,
    {{ wilson_bound('replied_people_count', 'observed_people_count', '-') }} as conversion_rate_low,
    {{ wilson_bound('replied_people_count', 'observed_people_count', '+') }} as conversion_rate_high,
    counted.observed_people_count < 30 as is_small_sample,
    case
        when counted.event_count = 0 then 'no_messages'
        when counted.delivery_count = 0 then 'no_delivery_events'
        when counted.delivered_people_count = 0 then 'nobody_named'
        when counted.immature_people_count > 0 and counted.observed_people_count = 0
            then 'nobody_observed_long_enough'
        when counted.observed_people_count = 0 then 'replies_not_recorded'
    end as reason_code
from counted
cross join {{ ref('stg_run_context') }} as run_context
order by counted.scope, counted.campaign, counted.channel
