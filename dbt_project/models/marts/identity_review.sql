with reviews as (
    select * from {{ ref('stg_identity_reviews') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    reviews.value_key,
    reviews.kind,
    reviews.reason_code,
    reviews.ids_linked,
    reviews.orders_on_busiest_day,
    reviews.orders_total
from reviews
cross join run_context
order by reviews.value_key, reviews.kind, reviews.reason_code
