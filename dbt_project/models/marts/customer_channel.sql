with run_context as (
    select * from {{ ref('stg_run_context') }}
),

orders as (
    select
        customer_id,
        nullif(lower(trim(channel)), '') as channel,
        source,
        order_id,
        ordered_at,
        net_sales_amount
    from {{ ref('fct_orders') }}
    where is_valid_order and is_identified
),

customers as (
    select
        customer_id,
        count(*) as order_count,
        count(channel) as channelled_order_count,
        count(distinct channel) as channel_count,
        arg_max(channel, (ordered_at, source, order_id)) as last_channel
    from orders
    group by customer_id
),

ranked as (
    select
        customer_id,
        channel,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        row_number() over (
            partition by customer_id
            order by count(*) desc, max(ordered_at) desc, channel
        ) as place
    from orders
    where channel is not null
    group by customer_id, channel
)

select
    run_context.as_of,
    customers.customer_id,
    ranked.channel as preferred_channel,
    customers.last_channel,
    customers.channel_count,
    coalesce(ranked.order_count, 0) as numerator,
    customers.channelled_order_count as denominator,
    {{ rate('coalesce(ranked.order_count, 0)', 'customers.channelled_order_count') }}
        as preferred_channel_share,
    {{ money('coalesce(ranked.net_sales_amount, 0)') }} as preferred_channel_net_sales_amount,
    customers.order_count,
    case when customers.channelled_order_count = 0 then 'no_channel_known' end as reason_code
from customers
left join ranked
    on customers.customer_id = ranked.customer_id
    and ranked.place = 1
cross join run_context
order by customers.customer_id
