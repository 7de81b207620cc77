with summary as (
    select * from {{ ref('segment_summary') }}
),

names as (
    select * from {{ ref('rfm_segments') }}
)

select
    summary.as_of,
    cast(names.position as bigint) as position,
    summary.segment,
    summary.customer_count,
    summary.customer_share,
    summary.net_sales_amount,
    summary.net_sales_share,
    summary.contactable_count
from summary
inner join names on summary.segment = names.segment
order by names.position
