with validity as (
    select * from {{ ref('order_validity') }}
    where order_count > 0
)

select
    as_of,
    invalid_reason,
    order_count,
    gross_amount
from validity
order by invalid_reason
