with months as (
    select * from {{ ref('revenue_month') }}
    where is_complete
)

select
    as_of,
    month_start,
    period_end,
    is_complete,
    order_count,
    occasion_count,
    customer_count,
    new_customer_count,
    gross_amount,
    discount_amount,
    returns_amount,
    net_sales_amount,
    unmatched_returns_amount,
    identified_net_sales_amount,
    existing_customer_net_sales_amount,
    unidentified_order_count
from months
where month_start > {{ month_after(month_of('as_of + 1'), -26) }}
order by month_start
