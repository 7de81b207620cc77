with occasions as (
    select * from {{ ref('fct_occasions') }}
),

helped as (
    select
        customer_id,
        min(resolved_date) as anchor_date
    from {{ ref('stg_tickets') }}
    where customer_id is not null and resolved_date is not null
    group by customer_id
),

-- How often, and when last, somebody had bought on a day: what makes two customers alike.
placed as (
    select
        customer_id,
        occasion_date,
        coalesce(next_occasion_date, cast('9999-12-31' as date)) as next_occasion_date,
        {{ month_of('occasion_date') }} as last_month,
        case when occasion_number = 1 then '1' when occasion_number <= 3 then '2-3' else '4+' end
            as order_band
    from occasions
),

treated as (
    select
        helped.customer_id,
        helped.anchor_date,
        placed.last_month,
        placed.order_band
    from helped
    inner join placed
        on helped.customer_id = placed.customer_id
        and helped.anchor_date >= placed.occasion_date
        and helped.anchor_date < placed.next_occasion_date
    cross join {{ ref('stg_run_context') }} as run_context
    where run_context.as_of - 90 >= helped.anchor_date
),

cells as (
    select distinct anchor_date, last_month, order_band
    from treated
),

twins as (
    select
        cells.anchor_date,
        cells.last_month,
        cells.order_band,
        placed.customer_id
    from cells
    inner join placed
        on cells.last_month = placed.last_month
        and cells.order_band = placed.order_band
        and cells.anchor_date >= placed.occasion_date
        and cells.anchor_date < placed.next_occasion_date
    where placed.customer_id not in (
        select customer_id from {{ ref('stg_tickets') }}
        where customer_id is not null
    )
),

watched as (
    select customer_id, anchor_date, last_month, order_band, true as is_helped from treated
    union all
    select customer_id, anchor_date, last_month, order_band, false as is_helped from twins
)

select
    watched.is_helped,
    watched.customer_id,
    watched.anchor_date,
    watched.last_month,
    watched.order_band,
    coalesce(sum(occasions.net_sales_amount), 0) as net_sales_amount
from watched
left join occasions
    on watched.customer_id = occasions.customer_id
    and watched.anchor_date < occasions.occasion_date
    and watched.anchor_date + 90 >= occasions.occasion_date
group by
    watched.is_helped, watched.customer_id, watched.anchor_date,
    watched.last_month, watched.order_band
