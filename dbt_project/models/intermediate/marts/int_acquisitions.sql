-- Spend and orders name their channels alike but for capitals and blanks.
with customers as (
    select * from {{ ref('int_customers__acquired') }}
),

firsts as (
    select
        customer_id,
        sum(net_sales_amount) as first_net_sales_amount
    from {{ ref('fct_orders') }}
    where occasion_number = 1
    group by customer_id
)

select
    customers.customer_id,
    customers.first_occasion_date,
    {{ month_of('customers.first_occasion_date') }} as month_start,
    nullif(nullif(lower(trim(customers.acquisition_channel)), ''), 'unknown') as marketing_channel,
    firsts.first_net_sales_amount
from customers
inner join firsts on customers.customer_id = firsts.customer_id
