-- Each month offset asks the cohorts that have lived through it, and only their own cost.
with cohorts as (
    select
        as_of,
        scope,
        marketing_channel,
        month_start,
        max(spend_amount) as spend_amount
    from {{ ref('int_channel_customers') }}
    group by as_of, scope, marketing_channel, month_start
),

margins as (
    select
        members.scope,
        members.marketing_channel,
        members.month_start,
        {{ month_of('orders.order_date') }} as active_month,
        sum(orders.margin_amount) as margin_amount
    from {{ ref('int_channel_customers') }} as members
    inner join {{ ref('fct_orders') }} as orders on members.customer_id = orders.customer_id
    where orders.is_valid_order
    group by all
),

cells as (
    select
        cohorts.*,
        months.month_start as active_month,
        cast(
            12 * (extract(year from months.month_start) - extract(year from cohorts.month_start))
            + extract(month from months.month_start) - extract(month from cohorts.month_start) as bigint
        ) as month_offset,
        sum(coalesce(margins.margin_amount, 0)) over (
            partition by cohorts.scope, cohorts.marketing_channel, cohorts.month_start
            order by months.month_start
        ) as margin_to_date
    from cohorts
    inner join {{ ref('int_months') }} as months
        on cohorts.month_start <= months.month_start
        and months.is_complete
    left join margins
        on cohorts.scope = margins.scope
        and cohorts.marketing_channel is not distinct from margins.marketing_channel
        and cohorts.month_start = margins.month_start
        and months.month_start = margins.active_month
),

curve as (
    select
        scope,
        marketing_channel,
        month_offset,
        sum(margin_to_date) >= sum(spend_amount) as is_covered
    from cells
    group by scope, marketing_channel, month_offset
)

select
    scope,
    marketing_channel,
    min(month_offset) filter (where is_covered) as payback_month_offset,
    max(month_offset) as last_month_offset
from curve
group by scope, marketing_channel
