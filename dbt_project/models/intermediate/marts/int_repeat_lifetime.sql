with run_context as (
    select * from {{ ref('stg_run_context') }}
),

ends as (
    select period_end from {{ ref('int_periods') }}
    where period_type = 'month'
    union
    select as_of from run_context
),

customers as (
    select
        customer_id,
        min(occasion_date) as first_occasion_date,
        min(occasion_date) filter (where occasion_number = 2) as second_occasion_date
    from {{ ref('fct_occasions') }}
    group by customer_id
)

select
    ends.period_end,
    min(customers.first_occasion_date) as period_start,
    count(customers.customer_id) as customer_count,
    count(*) filter (where customers.second_occasion_date <= ends.period_end) as repeater_count
from ends
left join customers on ends.period_end >= customers.first_occasion_date
group by ends.period_end
