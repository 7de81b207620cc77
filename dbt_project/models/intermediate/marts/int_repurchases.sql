with lines as (
    select
        lines.customer_id,
        lines.order_date,
        lines.sku,
        lines.category
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders
        on lines.source = orders.source
        and lines.order_id = orders.order_id
    where lines.is_purchase and orders.is_identified
),

-- When the customer first bought the product, its category, and anything of no known category.
aged as (
    select
        *,
        min(order_date) over (partition by customer_id, sku) as first_sku_date,
        min(order_date) over (partition by customer_id, category) as first_category_date,
        min(order_date) filter (where category is null) over (partition by customer_id)
            as first_unknown_date
    from lines
),

baskets as (
    select
        customer_id,
        order_date,
        bool_or(sku is not null and first_sku_date < order_date) as has_same_sku,
        bool_or(category is not null and first_category_date < order_date) as has_same_category,
        bool_or(category is null or coalesce(first_unknown_date < order_date, false)) as has_unknown
    from aged
    group by customer_id, order_date
)

select
    occasions.customer_id,
    occasions.occasion_date,
    occasions.occasion_number,
    occasions.days_since_previous,
    occasions.next_occasion_date,
    case
        when baskets.customer_id is null then 'no_product'
        when baskets.has_same_sku then 'same_sku'
        when baskets.has_same_category then 'same_category'
        when baskets.has_unknown then 'unknown_category'
        else 'cross_category'
    end as repurchase_kind
from {{ ref('fct_occasions') }} as occasions
left join baskets
    on occasions.customer_id = baskets.customer_id
    and occasions.occasion_date = baskets.order_date
where occasions.occasion_number > 1
