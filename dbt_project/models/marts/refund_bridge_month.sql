with months as (
    select * from {{ ref('int_months') }}
),

by_order_month as (
    select
        order_month,
        sum(returns_amount) as cohort_returns_amount,
        sum(returns_amount) filter (where not is_of_valid_order) as fully_refunded_returns_amount,
        sum(returns_amount) filter (where refund_month <> order_month) as moved_out_amount,
        sum(returns_amount) filter (where refund_month is null) as undated_amount
    from {{ ref('int_refunds__placed') }}
    where link_status = 'linked'
    group by order_month
),

by_refund_month as (
    select
        refund_month,
        sum(returns_amount) filter (where link_status = 'linked') as finance_returns_amount,
        sum(returns_amount) filter (where link_status = 'linked' and refund_month <> order_month)
            as moved_in_amount,
        sum(returns_amount) filter (where link_status = 'linked' and date_basis = 'observed')
            as observed_amount,
        sum(returns_amount) filter (where link_status = 'unlinked') as unlinked_amount,
        sum(returns_amount) filter (where link_status = 'pre_history') as pre_history_amount
    from {{ ref('int_refunds__placed') }}
    where refund_month is not null
    group by refund_month
),

joined as (
    select
        months.as_of,
        months.month_start,
        months.month_end as period_end,
        months.is_complete,
        {{ money('coalesce(by_order_month.cohort_returns_amount, 0)') }} as cohort_returns_amount,
        {{ money('coalesce(by_order_month.moved_out_amount, 0)') }} as moved_out_amount,
        {{ money('coalesce(by_refund_month.moved_in_amount, 0)') }} as moved_in_amount,
        {{ money('coalesce(by_order_month.undated_amount, 0)') }} as undated_amount,
        {{ money('coalesce(by_refund_month.finance_returns_amount, 0)') }} as finance_returns_amount,
        {{ money('coalesce(by_refund_month.observed_amount, 0)') }} as observed_amount,
        {{ money('coalesce(by_order_month.fully_refunded_returns_amount, 0)') }}
            as fully_refunded_returns_amount,
        {{ money('coalesce(by_refund_month.unlinked_amount, 0)') }} as unlinked_amount,
        {{ money('coalesce(by_refund_month.pre_history_amount, 0)') }} as pre_history_amount
    from months
    left join by_order_month on months.month_start = by_order_month.order_month
    left join by_refund_month on months.month_start = by_refund_month.refund_month
)

select
    *,
    {{ money('cohort_returns_amount - moved_out_amount + moved_in_amount - undated_amount
        - finance_returns_amount') }} as residual_amount
from joined
order by month_start
