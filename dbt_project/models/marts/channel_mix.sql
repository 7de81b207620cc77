with months as (
    select * from {{ ref('int_months') }}
),

orders as (
    select
        {{ month_of('order_date') }} as month_start,
        coalesce(nullif(lower(trim(channel)), ''), '(unknown)') as channel,
        customer_id,
        is_identified,
        net_sales_amount
    from {{ ref('fct_orders') }}
    where is_valid_order
),

named as (
    select bool_or(channel <> '(unknown)') as has_channel from orders
),

counted as (
    select
        month_start,
        channel,
        count(*) as order_count,
        count(distinct customer_id) filter (where is_identified) as customer_count,
        sum(net_sales_amount) as net_sales_amount
    from orders
    group by month_start, channel
),

totalled as (
    select
        *,
        sum(order_count) over (partition by month_start) as month_order_count,
        sum(net_sales_amount) over (partition by month_start) as month_net_sales_amount
    from counted
)

select
    months.as_of,
    months.month_start,
    months.month_end as period_end,
    months.is_complete,
    totalled.channel,
    totalled.customer_count,
    totalled.order_count as numerator,
    cast(totalled.month_order_count as bigint) as denominator,
    case when named.has_channel then {{ rate('totalled.order_count', 'totalled.month_order_count') }} end
        as order_share,
    {{ money('totalled.net_sales_amount') }} as net_sales_amount,
    {{ money('totalled.month_net_sales_amount') }} as month_net_sales_amount,
    case when named.has_channel
        then {{ rate('totalled.net_sales_amount', 'totalled.month_net_sales_amount') }}
    end as net_sales_share,
    cast(totalled.month_order_count as bigint) as sample_size,
    totalled.month_order_count < 30 as is_small_sample,
    case when not named.has_channel then 'no_channel_field' end as reason_code
from totalled
inner join months on totalled.month_start = months.month_start
cross join named
order by months.month_start, totalled.channel
