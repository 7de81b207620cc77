with orders as (
    select * from {{ ref('int_order_refunds') }}
),

units as materialized (
    select * from {{ ref('int_unit_returns') }}
),

categories as (
    select
        category,
        source,
        order_id,
        order_date,
        sum(quantity) as quantity,
        sum(returned_quantity) as returned_quantity,
        sum(goods_amount) as goods_amount,
        sum(returned_amount) as returned_amount
    from units
    group by category, source, order_id, order_date
),

counted as materialized (
    select
        orders.*,
        units_of_order.quantity,
        units_of_order.returned_quantity
    from orders
    left join (
        select
            source,
            order_id,
            sum(quantity) as quantity,
            sum(returned_quantity) as returned_quantity
        from units
        group by source, order_id
    ) as units_of_order
        on orders.source = units_of_order.source
        and orders.order_id = units_of_order.order_id
)

{%- for breakdown, item in [('all', "'all'"), ('occasion', 'occasion')] %}

select
    '{{ breakdown }}' as breakdown,
    {{ item }} as item,
    order_date,
    count(*) as order_count,
    count(*) filter (where is_refunded) as refunded_order_count,
    coalesce(sum(quantity), 0) as quantity,
    coalesce(sum(returned_quantity), 0) as returned_quantity,
    sum(goods_amount) as goods_amount,
    sum(refunded_amount) as refunded_amount
from counted
group by {{ item }}, order_date
union all
{%- endfor %}

-- One row per order and product already: nothing left to make distinct.
select
    'sku',
    sku,
    order_date,
    count(*),
    count(*) filter (where returned_quantity > 0),
    sum(quantity),
    sum(returned_quantity),
    sum(goods_amount),
    sum(returned_amount)
from units
group by sku, order_date
union all
select
    'category',
    category,
    order_date,
    count(*),
    count(*) filter (where returned_quantity > 0),
    sum(quantity),
    sum(returned_quantity),
    sum(goods_amount),
    sum(returned_amount)
from categories
group by category, order_date
