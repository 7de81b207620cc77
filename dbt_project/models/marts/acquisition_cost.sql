with periods as (
    select * from {{ ref('int_spend_periods') }}
),

spend as (
    select * from {{ ref('int_spend_month') }}
    where purpose = 'acquisition'
),

named as (
    select count(marketing_channel) > 0 as has_channel from {{ ref('int_acquisitions') }}
),

events as (
    select
        month_start,
        marketing_channel,
        spend_amount,
        unrated_count,
        0 as new_customer_count,
        0 as first_net_sales_amount
    from spend
    union all
    select month_start, marketing_channel, 0, 0, 1, first_net_sales_amount
    from {{ ref('int_acquisitions') }}
),

cells as (
    select
        month_start,
        case
            when grouping(marketing_channel) = 1 then 'all'
            when marketing_channel is null then 'unattributed'
            else 'channel'
        end as scope,
        marketing_channel,
        sum(spend_amount) as spend_amount,
        sum(unrated_count) as unrated_count,
        sum(new_customer_count) as new_customer_count,
        sum(first_net_sales_amount) as first_net_sales_amount
    from events
    group by grouping sets ((month_start), (month_start, marketing_channel))
    union all
    select month_start, 'all', null, 0, 0, 0, 0
    from periods
    where month_start not in (select month_start from events)
),

judged as (
    select
        periods.*,
        cells.scope,
        cells.marketing_channel,
        {{ money('cells.spend_amount') }} as numerator,
        cast(cells.new_customer_count as bigint) as denominator,
        {{ money('cells.first_net_sales_amount') }} as first_net_sales_amount,
        case
            when periods.spend_reason_code is not null then periods.spend_reason_code
            when cells.scope = 'unattributed' then 'channel_unknown'
            when cells.unrated_count > 0 then 'no_exchange_rate'
            when periods.is_newness_unknown then 'new_customers_unknown'
            when cells.scope = 'channel' and not named.has_channel then 'no_channel_on_orders'
            when cells.new_customer_count = 0 then 'no_new_customers'
        end as reason_code
    from cells
    inner join periods on cells.month_start = periods.month_start
    cross join named
)

select
    as_of,
    month_start,
    period_end,
    is_complete,
    scope,
    marketing_channel,
    numerator,
    denominator,
    case when reason_code is null then {{ rate('numerator', 'denominator') }} end
        as acquisition_cost_per_customer,
    first_net_sales_amount,
    case when reason_code is null then {{ rate('numerator', 'first_net_sales_amount') }} end
        as cost_to_first_sales,
    denominator as sample_size,
    denominator < 30 as is_small_sample,
    reason_code
from judged
order by month_start, scope, marketing_channel
