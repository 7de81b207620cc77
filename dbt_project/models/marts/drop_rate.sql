with months as (
    select * from {{ ref('int_months') }}
    where is_complete
),

deliveries as (
    select 'campaign' as scope, campaign, customer_id, delivered_date, has_unsubscribed
    from {{ ref('int_campaign_deliveries') }}
    where records_unsubscribes
    union all
    select 'shop' as scope, 'all' as campaign, customer_id, delivered_date, has_unsubscribed
    from {{ ref('int_campaign_deliveries') }}
    where records_unsubscribes
),

feeds as (
    select
        (select count(*) from {{ ref('stg_messages') }}) as message_count,
        (select count(*) from deliveries) as tracked_count,
        (select count(*) from {{ ref('stg_subscriptions') }}) as subscription_count
),

delivered as (
    select
        'unsubscribe_rate' as metric,
        months.month_start,
        deliveries.scope,
        deliveries.campaign,
        count(distinct deliveries.customer_id) as base_count,
        count(distinct deliveries.customer_id) filter (where deliveries.has_unsubscribed)
            as drop_count
    from months
    inner join deliveries
        on months.month_start <= deliveries.delivered_date
        and months.month_end >= deliveries.delivered_date
    group by months.month_start, deliveries.scope, deliveries.campaign
),

cancelled as (
    select
        'cancellation_rate' as metric,
        months.month_start,
        'shop' as scope,
        'all' as campaign,
        count(*) as base_count,
        count(*) filter (where subscriptions.cancel_date <= months.month_end) as drop_count
    from months
    inner join {{ ref('stg_subscriptions') }} as subscriptions
        on months.month_start > subscriptions.start_date
        and (subscriptions.cancel_date is null or months.month_start <= subscriptions.cancel_date)
    group by months.month_start
),

counted as (
    select * from delivered
    union all
    select * from cancelled
),

-- The shop as a whole has a row for every month.
rows_wanted as (
    select metric, month_start, scope, campaign from counted
    union
    select metrics.metric, months.month_start, 'shop' as scope, 'all' as campaign
    from months
    cross join (values ('unsubscribe_rate'), ('cancellation_rate')) as metrics (metric)
)

select
    run_context.as_of,
    wanted.metric,
    wanted.scope,
    wanted.campaign,
    wanted.month_start,
    last_day(wanted.month_start) as month_end,
    coalesce(counted.base_count, 0) as base_count,
    coalesce(counted.drop_count, 0) as drop_count,
    {{ rate('counted.drop_count', 'counted.base_count') }} as drop_rate,
    {{ wilson_bound('counted.drop_count', 'counted.base_count', '-') }} as drop_rate_low,
    {{ wilson_bound('counted.drop_count', 'counted.base_count', '+') }} as drop_rate_high,
    coalesce(counted.base_count, 0) < 30 as is_small_sample,
    case
        when counted.base_count > 0 then null
        when wanted.metric = 'unsubscribe_rate' and feeds.message_count = 0 then 'no_messages'
        when wanted.metric = 'unsubscribe_rate' and feeds.tracked_count = 0
            then 'unsubscribes_not_recorded'
        when wanted.metric = 'unsubscribe_rate' then 'nobody_delivered_to'
        when feeds.subscription_count = 0 then 'no_subscriptions'
        else 'none_active_at_start'
    end as reason_code
from rows_wanted as wanted
left join counted using (metric, month_start, scope, campaign)
cross join feeds
cross join {{ ref('stg_run_context') }} as run_context
order by wanted.metric, wanted.scope, wanted.campaign, wanted.month_start
