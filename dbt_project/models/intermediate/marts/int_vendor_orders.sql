-- Sales as a shop's own dashboard sees them: cancelled, free and refunded ones are orders too.
with sales as (
    select
        *,
        coalesce(unmerged_customer_id, customer_id) as own_customer_id,
        invalid_reason is null or invalid_reason not in ('cancelled', 'voided') as is_successful,
        invalid_reason is null or invalid_reason in ('no_exchange_rate', 'exchange', 'staff')
            as is_paid
    from {{ ref('fct_orders') }}
    where order_kind = 'sale' and invalid_reason is distinct from 'test'
)

select
    source,
    order_id,
    order_date,
    customer_id,
    own_customer_id,
    is_identified,
    is_valid_order,
    invalid_reason,
    occasion_number,
    case when is_identified then row_number() over by_own_id end as own_order_number,
    case when is_identified
        then count(*) over (partition by own_customer_id, is_identified)
    end as own_order_count,
    -- Orders without a customer share one partition: all but the first would be repeats.
    row_number() over (
        partition by case when is_identified then own_customer_id end
        order by ordered_at, source, order_id
    ) as shared_order_number,
    case when is_identified and is_successful
        then row_number() over (
            partition by customer_id, is_identified, is_successful
            order by ordered_at, source, order_id
        )
    end as successful_order_number,
    case when is_identified
        then count(*) filter (where is_successful) over (partition by customer_id)
    end as successful_order_count,
    case when is_identified
        then count(*) filter (where is_paid) over (partition by customer_id)
    end as paid_order_count
from sales
window by_own_id as (
    partition by own_customer_id, is_identified order by ordered_at, source, order_id
)
