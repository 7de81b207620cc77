-- The feed names orders by their own id; where two sources know one id, its own source decides.
with orders as (
    select * from {{ ref('int_orders__rated') }}
),

returned as (
    select * from {{ ref('stg_returns') }}
),

candidates as (
    select
        returned.source as return_source,
        returned.return_id,
        orders.source,
        orders.order_id,
        orders.currency,
        orders.exchange_rate,
        count(*) over (partition by returned.source, returned.return_id) as candidate_count,
        orders.source = returned.source as is_own_source
    from returned
    inner join orders on returned.order_id = orders.order_id
),

linked as (
    select * from candidates
    where is_own_source or candidate_count = 1
)

select
    returned.source as refund_source,
    returned.return_id as refund_id,
    linked.source,
    linked.order_id,
    returned.return_date as refund_date,
    returned.reason,
    returned.currency,
    returned.refund_amount as paid_amount,
    case
        when linked.order_id is not null then 'linked'
        when returned.order_id is null then 'unlinked'
        -- An id that several sources know and none of them owns.
        when exists (
            select 1 from candidates
            where
                candidates.return_source = returned.source
                and candidates.return_id = returned.return_id
        ) then 'unlinked'
        else 'pre_history'
    end as link_status,
    {{ converted('returned.refund_amount', 'returned.exchange_rate') }} as converted_amount,
    -- Paid back in another currency than paid: by way of the reporting currency.
    case
        when linked.order_id is null then null
        when returned.currency = linked.currency then {{ money('returned.refund_amount') }}
        else
            cast(round(
                {{ converted('returned.refund_amount', 'returned.exchange_rate') }}
                / cast(linked.exchange_rate as double), 4
            ) as decimal(18, 4))
    end as source_amount
from returned
left join linked
    on returned.source = linked.return_source
    and returned.return_id = linked.return_id
