with events as (
    select
        source,
        message_id,
        customer_id,
        campaign,
        coalesce(channel, 'unknown') as channel,
        event,
        event_at,
        event_date,
        -- A source without a single reply does not export replies; nobody answering is something else.
        bool_or(event = 'replied') over (partition by source) as records_replies,
        bool_or(event = 'unsubscribed') over (partition by source) as records_unsubscribes
    from {{ ref('stg_messages') }}
    -- An invitation to a survey is answered in the survey; nps has its response rate.
    where lower(trim(campaign)) not in (select lower(survey_id) from {{ ref('stg_responses') }})
),

delivered as (
    select
        *,
        lead(event_at) over (
            partition by campaign, customer_id order by event_at, source, message_id
        ) as next_delivered_at
    from events
    where event = 'delivered'
)

select
    delivered.source,
    delivered.message_id,
    delivered.campaign,
    delivered.channel,
    delivered.customer_id,
    delivered.event_date as delivered_date,
    delivered.records_replies,
    delivered.records_unsubscribes,
    run_context.as_of - cast(run_context.conversion_window_days as integer)
    >= delivered.event_date as is_observed,
    count(answers.message_id) filter (
        where answers.event = 'replied'
        and answers.event_date
        <= delivered.event_date + cast(run_context.conversion_window_days as integer)
        and (answers.message_id = delivered.message_id or answers.channel = delivered.channel)
    ) > 0 as has_reply,
    -- Who leaves, leaves after the latest message of the campaign.
    count(answers.message_id) filter (
        where answers.event = 'unsubscribed'
        and answers.event_at < coalesce(delivered.next_delivered_at, timestamptz '9999-12-31')
    ) > 0 as has_unsubscribed
from delivered
cross join {{ ref('stg_run_context') }} as run_context
left join events as answers
    on delivered.campaign = answers.campaign
    and delivered.customer_id = answers.customer_id
    and delivered.event_at <= answers.event_at
    and answers.event in ('replied', 'unsubscribed')
group by all
