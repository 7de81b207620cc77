with windows as (
    select * from {{ ref('int_refund_windows') }}
    where period_type <> 'month'
),

orders as (
    select * from {{ ref('int_order_refunds') }}
),

returns as (
    select
        refunds.source,
        refunds.order_id,
        orders.order_date,
        refunds.returns_amount,
        coalesce(details.quantity, 0) as quantity,
        coalesce(nullif(lower(trim(refunds.reason)), ''), '(not stated)') as reason
    from {{ ref('fct_refunds') }} as refunds
    inner join {{ ref('stg_returns') }} as details
        on refunds.refund_source = details.source
        and refunds.refund_id = details.return_id
    inner join orders
        on refunds.source = orders.source
        and refunds.order_id = orders.order_id
    where refunds.refund_kind = 'return_feed'
),

reasons as (
    select '(not stated)' as reason
    union
    select reason from returns
),

bases as (
    select
        windows.period_type,
        windows.period_start,
        count(orders.order_id) as order_count
    from windows
    left join orders
        on windows.period_start <= orders.order_date
        and windows.period_end >= orders.order_date
    group by windows.period_type, windows.period_start
),

counted as (
    select
        windows.period_type,
        windows.period_start,
        returns.reason,
        count(*) as return_count,
        count(distinct concat_ws('|', returns.source, returns.order_id)) as returned_order_count,
        sum(returns.quantity) as returned_quantity,
        sum(returns.returns_amount) as returns_amount
    from windows
    inner join returns
        on windows.period_start <= returns.order_date
        and windows.period_end >= returns.order_date
    group by windows.period_type, windows.period_start, returns.reason
)

select
    windows.as_of,
    windows.period_type,
    windows.period_start,
    windows.period_end,
    reasons.reason,
    cast(30 as bigint) as mature_after_days,
    coalesce(counted.return_count, 0) as return_count,
    {{ money('coalesce(counted.returned_quantity, 0)') }} as returned_quantity,
    {{ money('coalesce(counted.returns_amount, 0)') }} as returns_amount,
    coalesce(counted.returned_order_count, 0) as numerator,
    bases.order_count as denominator,
    case when exists (select 1 from {{ ref('stg_returns') }})
        then {{ rate('coalesce(counted.returned_order_count, 0)', 'bases.order_count') }}
    end as returned_order_share,
    bases.order_count as sample_size,
    bases.order_count < 30 as is_small_sample,
    case
        when not exists (select 1 from {{ ref('stg_returns') }}) then 'no_return_feed'
        when bases.order_count = 0 then 'no_mature_orders'
    end as reason_code
from windows
inner join bases on windows.period_type = bases.period_type
cross join reasons
left join counted
    on windows.period_type = counted.period_type
    and reasons.reason = counted.reason
order by windows.period_type, reasons.reason
