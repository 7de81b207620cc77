select
    source,
    order_id,
    observation_number,
    observed_after,
    observed_on,
    refund_amount
from {{ source('current', 'refund_observations') }}
