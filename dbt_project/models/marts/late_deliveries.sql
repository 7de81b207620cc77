select
    as_of,
    source,
    order_id,
    customer_id,
    country,
    order_date,
    shipped_date,
    age_days as open_days,
    cast(7 as bigint) as late_after_days,
    case when shipped_date is null then 'not_shipped' else 'on_the_way' end as waits_for
from {{ ref('int_deliveries') }}
where delivered_date is null and age_days > 7
order by source, order_id
