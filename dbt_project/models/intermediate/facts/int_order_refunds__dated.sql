-- An order states how much was paid back so far. What the returns feed does not explain is laid
-- on the rises seen between two exports: what is open after each rise, less what was open before.
with orders as (
    select * from {{ ref('int_orders__rated') }}
    where refunded_amount <> 0
),

explained as (
    select * from {{ ref('int_return_feed__linked') }}
    where link_status = 'linked'
),

explained_totals as (
    select source, order_id, sum(source_amount) as explained_amount
    from explained
    group by source, order_id
),

unexplained as (
    select
        orders.source,
        orders.order_id,
        greatest(orders.refunded_amount - coalesce(explained_totals.explained_amount, 0), 0)
            as unexplained_amount
    from orders
    left join explained_totals
        on orders.source = explained_totals.source
        and orders.order_id = explained_totals.order_id
),

rises as (
    select
        *,
        sum(refund_amount) over (
            partition by source, order_id order by observation_number
            rows between unbounded preceding and current row
        ) as amount_to_date,
        observation_number = max(observation_number) over (partition by source, order_id) as is_last
    from {{ ref('stg_refund_observations') }}
),

explained_by_rise as (
    select
        rises.source,
        rises.order_id,
        rises.observation_number,
        sum(explained.source_amount) as explained_amount
    from rises
    inner join explained
        on rises.source = explained.source
        and rises.order_id = explained.order_id
        and explained.refund_date <= rises.observed_on
    group by rises.source, rises.order_id, rises.observation_number
),

open_amounts as (
    select
        unexplained.source,
        unexplained.order_id,
        coalesce(rises.observation_number, 1) as observation_number,
        rises.observed_after,
        case when rises.observed_after is not null then rises.observed_on end as refund_date,
        {{ money("case
            when coalesce(rises.is_last, true) then unexplained.unexplained_amount
            else greatest(rises.amount_to_date - coalesce(explained_by_rise.explained_amount, 0), 0)
        end") }} as open_amount
    from unexplained
    left join rises
        on unexplained.source = rises.source
        and unexplained.order_id = rises.order_id
    left join explained_by_rise
        on rises.source = explained_by_rise.source
        and rises.order_id = explained_by_rise.order_id
        and rises.observation_number = explained_by_rise.observation_number
)

select
    source,
    order_id,
    observation_number,
    observed_after,
    refund_date,
    {{ money('open_amount - coalesce(lag(open_amount) over (
        partition by source, order_id order by observation_number
    ), 0)') }} as source_amount
from open_amounts
qualify source_amount <> 0
