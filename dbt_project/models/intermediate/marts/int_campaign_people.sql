with messages as (
    select
        *,
        coalesce(
            bool_or(event = 'delivered') over (partition by campaign), false
        ) as has_deliveries
    from {{ ref('stg_messages') }}
    -- An invitation to a survey is answered in the survey; nps has its response rate.
    where
        customer_id is not null
        and lower(trim(campaign)) not in (select lower(survey_id) from {{ ref('stg_responses') }})
),

people as (
    select
        campaign,
        customer_id,
        min(event_at) filter (where event = 'held_out') as held_out_at,
        min(event_date) filter (where event = 'held_out') as held_out_date,
        min(event_at) filter (where event = case when has_deliveries then 'delivered' else 'sent' end)
            as contacted_at,
        min(event_date) filter (
            where event = case when has_deliveries then 'delivered' else 'sent' end
        ) as contacted_date
    from messages
    group by campaign, customer_id
),

grouped as (
    select
        campaign,
        customer_id,
        case
            when held_out_at is not null and contacted_at is not null then 'both'
            when held_out_at is not null then 'held_out'
            else 'treated'
        end as experiment_group,
        coalesce(contacted_at, held_out_at) as anchor_at,
        coalesce(contacted_date, held_out_date) as anchor_date
    from people
    where contacted_at is not null or held_out_at is not null
)

select
    grouped.campaign,
    grouped.customer_id,
    grouped.experiment_group,
    grouped.anchor_date,
    run_context.as_of - cast(run_context.engagement_window_days as integer)
    >= grouped.anchor_date as is_observed,
    count(orders.order_id) > 0 as has_bought
from grouped
cross join {{ ref('stg_run_context') }} as run_context
left join {{ ref('fct_orders') }} as orders
    on grouped.customer_id = orders.customer_id
    and orders.is_valid_order
    and grouped.anchor_at <= orders.ordered_at
    and orders.order_date
    <= grouped.anchor_date + cast(run_context.engagement_window_days as integer)
group by all
