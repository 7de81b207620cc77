with first_orders as (
    select
        *,
        row_number() over (partition by customer_id order by order_id, source) as place
    from {{ ref('fct_orders') }}
    where occasion_number = 1
),

first_lines as (
    select
        source,
        order_id,
        sku,
        category,
        row_number() over (
            partition by source, order_id order by gross_amount desc nulls last, line_number
        ) as place
    from {{ ref('fct_order_lines') }}
    where line_kind = 'product'
),

second_occasions as (
    select customer_id, occasion_date from {{ ref('fct_occasions') }}
    where occasion_number = 2
),

people as (
    select * from {{ ref('stg_customers') }}
)

select
    first_orders.customer_id,
    first_orders.source,
    first_orders.order_id,
    first_orders.order_date as first_occasion_date,
    second_occasions.occasion_date as second_occasion_date,
    coalesce(first_orders.marketing_channel, 'unknown') as acquisition_channel,
    coalesce(first_orders.channel, 'unknown') as sales_channel,
    coalesce(first_orders.country, people.country, 'unknown') as country,
    case
        when first_orders.discount_amount > 0 or first_orders.discount_code is not null then 'yes'
        else 'no'
    end as first_order_discount,
    coalesce(first_lines.sku, 'unknown') as first_sku,
    coalesce(first_lines.category, 'unknown') as first_product_category,
    coalesce(people.loyalty_tier, 'unknown') as loyalty_tier
from first_orders
left join first_lines
    on first_orders.source = first_lines.source
    and first_orders.order_id = first_lines.order_id
    and first_lines.place = 1
left join second_occasions on first_orders.customer_id = second_occasions.customer_id
left join people on first_orders.customer_id = people.customer_id
where first_orders.place = 1
