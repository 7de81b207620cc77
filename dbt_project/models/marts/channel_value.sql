{%- set ratios = [
    ('acquisition_cost_per_customer', 'spend_amount', 'customer_count'),
    ('historic_clv_to_cost', 'net_sales_amount', 'spend_amount'),
    ('historic_margin_to_cost', 'margin_amount', 'spend_amount'),
    ('total_clv_to_cost', '(net_sales_amount + predicted_amount)', 'spend_amount'),
] -%}
with members as (
    select * from {{ ref('int_channel_customers') }}
),

spend as (
    select
        as_of,
        scope,
        marketing_channel,
        min(month_start) as first_month,
        max(month_start) as last_month,
        sum(spend_amount) as spend_amount
    from (select distinct as_of, scope, marketing_channel, month_start, spend_amount from members)
    group by as_of, scope, marketing_channel
),

worth as (
    select
        members.scope,
        members.marketing_channel,
        count(members.customer_id) as customer_count,
        sum(margins.net_sales_amount) as net_sales_amount,
        case when count(margins.margin_amount) = count(members.customer_id)
            then sum(margins.margin_amount)
        end as margin_amount,
        case when count(clv.predicted_clv_amount) = count(members.customer_id)
            then sum(clv.predicted_clv_amount)
        end as predicted_amount
    from members
    left join {{ ref('int_customer_margins') }} as margins on members.customer_id = margins.customer_id
    left join {{ ref('clv') }} as clv on members.customer_id = clv.customer_id
    group by members.scope, members.marketing_channel
),

-- Nobody is won by a channel that no order ever names; that says nothing of the channel.
unnamed as (
    select distinct scope, marketing_channel, reason_code
    from {{ ref('acquisition_cost') }}
    where reason_code = 'no_channel_on_orders'
),

judged as (
    select
        spend.*,
        worth.customer_count,
        {{ money('coalesce(worth.net_sales_amount, 0)') }} as net_sales_amount,
        {{ money('worth.margin_amount') }} as margin_amount,
        {{ money('worth.predicted_amount') }} as predicted_amount,
        payback.payback_month_offset,
        payback.last_month_offset,
        case
            when worth.customer_count = 0
                then coalesce(unnamed.reason_code, 'no_new_customers')
            when spend.scope = 'unattributed' then 'channel_unknown'
            when spend.spend_amount = 0 then 'no_spend_in_channel'
        end as reason_code
    from spend
    inner join worth
        on spend.scope = worth.scope
        and spend.marketing_channel is not distinct from worth.marketing_channel
    left join unnamed
        on spend.scope = unnamed.scope
        and spend.marketing_channel = unnamed.marketing_channel
    left join {{ ref('int_channel_payback') }} as payback
        on spend.scope = payback.scope
        and spend.marketing_channel is not distinct from payback.marketing_channel
)

select
    as_of, scope, marketing_channel, first_month, last_month, customer_count,
    {{ money('spend_amount') }} as spend_amount,
    net_sales_amount,
    margin_amount,
    predicted_amount,
    {{ rate('net_sales_amount', 'customer_count') }} as net_sales_per_customer,
    {%- for ratio, numerator, denominator in ratios %}
    case when reason_code is null then {{ rate(numerator, denominator) }} end as {{ ratio }},
    {%- endfor %}
    case when reason_code is null and margin_amount is not null then payback_month_offset end
        as payback_month_offset,
    last_month_offset,
    case
        when reason_code is not null then reason_code
        when margin_amount is null then 'no_margin'
        when payback_month_offset is null then 'not_reached'
        else 'reached'
    end as payback_status,
    customer_count as sample_size, customer_count < 30 as is_small_sample, reason_code
from judged
order by scope, marketing_channel
