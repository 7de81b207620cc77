-- The latest transition of each customer is the state the customer is in, and since when.
with latest as (
    select
        customer_id,
        max(transition_date) as since_date,
        max_by(to_state, transition_date) as state
    from {{ ref('lifecycle_transitions') }}
    group by customer_id
)

select
    coalesce(latest.customer_id, customers.customer_id) as customer_id,
    latest.state as state_by_transitions,
    customers.state
from latest
full outer join (
    select * from {{ ref('customer_lifecycle') }} where state <> 'prospect'
) as customers on latest.customer_id = customers.customer_id
where
    latest.state is distinct from customers.state
    or latest.since_date is distinct from customers.since_date
