with orders as (
    -- Two shops may number alike: such an order is nobody's in particular.
    select
        order_id,
        min(source) as source
    from {{ ref('fct_orders') }}
    group by order_id
    having count(*) = 1
),

products as (
    select
        source,
        order_id,
        min(sku) as only_sku
    from {{ ref('fct_order_lines') }}
    where line_kind = 'product' and sku is not null
    group by source, order_id
    having count(distinct sku) = 1
)

select
    tickets.source,
    tickets.ticket_id,
    tickets.created_date,
    coalesce(nullif(nullif(lower(trim(tickets.query_type)), ''), 'all'), 'unknown') as reason,
    coalesce(tickets.sku, products.only_sku, 'unknown') as sku,
    orders.order_id is not null as has_order
from {{ ref('stg_tickets') }} as tickets
left join orders on tickets.order_id = orders.order_id
left join products
    on orders.order_id = products.order_id
    and orders.source = products.source
