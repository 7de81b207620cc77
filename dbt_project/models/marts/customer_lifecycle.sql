with run_context as (
    select * from {{ ref('stg_run_context') }}
),

staff as (
    select customer_id from {{ ref('stg_customers') }}
    where is_staff
),

customers as (
    select known.*
    from {{ ref('dim_customers') }} as known
    left join staff on known.customer_id = staff.customer_id
    where known.is_identified and staff.customer_id is null
),

states as (
    select * from {{ ref('stg_customer_states') }}
),

shop_rhythm as (
    select is_regular from {{ ref('stg_regularity') }}
    where level = 'all'
),

joined as (
    select
        customers.customer_id,
        customers.occasion_count,
        states.since_date,
        states.limit_version,
        states.order_band,
        states.first_occasion_date,
        states.last_occasion_date,
        states.days_since_last,
        states.at_risk_limit_days,
        states.lapse_limit_days,
        states.median_gap_days,
        states.overdue_ratio,
        -- A purchase without a state stays null, which the contract refuses.
        case when customers.occasion_count = 0 then 'prospect' else states.state end as state,
        coalesce(states.lapse_count, 0) as lapse_count
    from customers
    left join states on customers.customer_id = states.customer_id
)

select
    run_context.as_of,
    joined.customer_id,
    joined.state,
    case
        when joined.state = 'prospect' then 'consideration'
        when joined.state = 'new' then 'purchase'
        when joined.state in ('active', 'reactivated') then 'loyalty'
        else 'post_purchase'
    end as journey_stage,
    joined.since_date,
    joined.limit_version,
    joined.order_band,
    joined.occasion_count,
    joined.first_occasion_date,
    joined.last_occasion_date,
    joined.days_since_last,
    joined.at_risk_limit_days,
    joined.lapse_limit_days,
    joined.median_gap_days,
    joined.overdue_ratio,
    shop_rhythm.is_regular as is_overdue_ratio_usable,
    joined.lapse_count
from joined
cross join run_context
left join shop_rhythm on joined.overdue_ratio is not null
order by joined.customer_id
