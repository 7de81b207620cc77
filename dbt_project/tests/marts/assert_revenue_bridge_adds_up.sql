-- From start to end the steps add up to the last decimal, and a month ends where revenue_month does.
with bridges as (
    select
        period_type,
        comparison,
        period_start,
        sum(amount) filter (where component <> 'end') as steps_amount,
        sum(amount) filter (where component = 'end') as end_amount,
        sum(case component when 'end' then -customer_count when 'start' then customer_count end)
            + sum(case
                when component = 'lost' then -customer_count
                when component in ('returned', 'new') then customer_count
            end) as missing_customer_count
    from {{ ref('rpt_revenue_bridge') }}
    group by period_type, comparison, period_start
)

select
    bridges.*,
    months.net_sales_amount
from bridges
left join {{ ref('revenue_month') }} as months
    on bridges.period_type = 'month'
    and bridges.period_start = months.month_start
where
    bridges.steps_amount <> bridges.end_amount
    or bridges.missing_customer_count <> 0
    or bridges.end_amount <> coalesce(months.net_sales_amount, bridges.end_amount)
    or (bridges.period_type = 'month' and months.month_start is null)
