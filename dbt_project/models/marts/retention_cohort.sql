with months as (
    select * from {{ ref('int_months') }}
),

customers as (
    select customer_id, cohort_month from {{ ref('dim_customers') }}
    where cohort_month is not null
),

active_months as (
    select distinct
        customer_id,
        {{ month_of('occasion_date') }} as active_month
    from {{ ref('fct_occasions') }}
),

sizes as (
    select cohort_month, count(*) as cohort_size
    from customers
    group by cohort_month
),

activity as (
    select
        customers.cohort_month,
        active_months.active_month,
        count(*) as active_customers
    from customers
    inner join active_months on customers.customer_id = active_months.customer_id
    group by customers.cohort_month, active_months.active_month
),

cells as (
    select
        cohorts.as_of,
        cohorts.month_start as cohort_month,
        cast(months.month_number - cohorts.month_number as bigint) as month_offset,
        months.month_start as period_start,
        months.month_end as period_end,
        coalesce(sizes.cohort_size, 0) as cohort_size,
        coalesce(activity.active_customers, 0) as active_customers,
        case when months.is_complete then 'complete' else 'partial' end as cell_status
    from months as cohorts
    inner join months on cohorts.month_number <= months.month_number
    left join sizes on cohorts.month_start = sizes.cohort_month
    left join activity
        on cohorts.month_start = activity.cohort_month
        and months.month_start = activity.active_month
)

select
    as_of,
    cohort_month,
    month_offset,
    period_start,
    period_end,
    cohort_size,
    active_customers,
    {{ rate('active_customers', 'cohort_size') }} as retention_rate,
    cell_status
from cells
order by cohort_month, month_offset
