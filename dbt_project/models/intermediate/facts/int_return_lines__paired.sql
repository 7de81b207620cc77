-- Read int_return_lines__stacked first. The heights where any line begins or ends cut the stack
-- into layers; within a layer sales and returns take turns, so the sale a return undoes is
-- simply the line before it.
with stacked as (
    select * from {{ ref('int_return_lines__stacked') }}
),

heights as (
    select customer_id, sku, unit_price, currency, height_before as height from stacked
    union
    select customer_id, sku, unit_price, currency, height_after as height from stacked
),

layers as (
    select
        *,
        lead(height) over (
            partition by customer_id, sku, unit_price, currency order by height
        ) - height as layer_quantity
    from heights
),

layered as (
    select
        stacked.*,
        layers.height,
        layers.layer_quantity
    from stacked
    inner join layers
        on stacked.customer_id = layers.customer_id
        and stacked.sku = layers.sku
        and stacked.unit_price = layers.unit_price
        and stacked.currency = layers.currency
        and layers.height >= least(stacked.height_before, stacked.height_after)
        and layers.height < greatest(stacked.height_before, stacked.height_after)
),

paired as (
    select
        *,
        lag(source) over same_layer as sale_source,
        lag(order_id) over same_layer as sale_order_id,
        lag(line_number) over same_layer as sale_line_number,
        lag(exchange_rate) over same_layer as sale_exchange_rate,
        lag(quantity) over same_layer as sale_quantity,
        lag(net_line_amount) over same_layer as sale_amount
    from layered
    window same_layer as (
        partition by customer_id, sku, unit_price, currency, height order by event_number
    )
)

select * from paired
