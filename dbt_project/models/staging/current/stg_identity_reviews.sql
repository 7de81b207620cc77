select
    value_key,
    kind,
    reason_code,
    ids_linked,
    orders_on_busiest_day,
    orders_total
from {{ source('current', 'identity_reviews') }}
