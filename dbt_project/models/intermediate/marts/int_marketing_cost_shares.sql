-- Retention spend of a month falls alike on all who were active, by the headline A, at its end.
with periods as (
    select
        periods.*,
        least(periods.period_end, periods.as_of) as boundary_date,
        cast(run_context.headline_active_days as integer) as active_days
    from {{ ref('int_spend_periods') }} as periods
    cross join {{ ref('stg_run_context') }} as run_context
    where periods.spend_reason_code is null
),

spend as (
    select
        month_start,
        sum(spend_amount) as spend_amount
    from {{ ref('int_spend_month') }}
    where purpose = 'retention'
    group by month_start
),

active as (
    select
        periods.month_start,
        occasions.customer_id
    from periods
    inner join {{ ref('fct_occasions') }} as occasions
        on periods.boundary_date >= occasions.occasion_date
        and periods.boundary_date < coalesce(occasions.next_occasion_date, cast('9999-12-31' as date))
    where periods.boundary_date < occasions.occasion_date + periods.active_days
),

costs as (
    select
        spend.month_start,
        {{ divided_half_up('spend.spend_amount', 'counted.customer_count') }} as cost_amount
    from spend
    inner join (
        select month_start, count(*) as customer_count
        from active
        group by month_start
    ) as counted on spend.month_start = counted.month_start
)

select
    active.customer_id,
    {{ money('sum(costs.cost_amount)') }} as marketing_cost_amount
from active
inner join costs on active.month_start = costs.month_start
group by active.customer_id
