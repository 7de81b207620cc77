select
    changed_on,
    kind,
    old_customer_id,
    new_customer_id,
    old_since,
    new_since
from {{ source('current', 'identity_changes') }}
