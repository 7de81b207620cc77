with validity as (
    select * from {{ ref('order_validity') }}
)

select * from validity
order by invalid_reason
