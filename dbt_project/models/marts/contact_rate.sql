{%- set period = 'periods.period_type, periods.period_start, periods.period_end, periods.order_count' -%}
with periods as (
    select * from {{ ref('int_contact_periods') }}
),

tickets as (
    select * from {{ ref('int_tickets__placed') }}
),

history as (
    select {{ month_of('min(created_date)') }} as first_month
    from tickets
),

product_orders as (
    select
        periods.period_type,
        periods.period_start,
        lines.sku,
        count(distinct lines.source || '|' || lines.order_id) as order_count
    from periods
    inner join {{ ref('fct_order_lines') }} as lines
        on periods.period_start <= lines.order_date
        and periods.period_end >= lines.order_date
    inner join {{ ref('fct_orders') }} as orders
        on lines.source = orders.source
        and lines.order_id = orders.order_id
    where orders.is_valid_order and lines.line_kind = 'product' and lines.quantity > 0
    group by periods.period_type, periods.period_start, lines.sku
),

contacts as (
    select
        {{ period }},
        case
            when grouping(tickets.reason) = 1 and grouping(tickets.sku) = 1 then 'all'
            when grouping(tickets.reason) = 1 then 'product'
            when grouping(tickets.sku) = 1 then 'reason'
            else 'reason_and_product'
        end as breakdown,
        case when grouping(tickets.reason) = 1 then 'all' else tickets.reason end as reason,
        case when grouping(tickets.sku) = 1 then 'all' else tickets.sku end as sku,
        count(tickets.ticket_id) as contact_count,
        count(*) filter (where tickets.has_order) as contacts_with_order_count
    from periods
    left join tickets
        on periods.period_start <= tickets.created_date
        and periods.period_end >= tickets.created_date
    group by grouping sets (
        ({{ period }}),
        ({{ period }}, tickets.reason),
        ({{ period }}, tickets.sku),
        ({{ period }}, tickets.reason, tickets.sku)
    )
),

judged as (
    select
        contacts.*,
        case
            when contacts.breakdown in ('product', 'reason_and_product') and contacts.sku <> 'unknown'
                then coalesce(product_orders.order_count, 0)
        end as product_order_count,
        case
            when history.first_month is null then 'no_tickets'
            when contacts.period_start < history.first_month then 'starts_before_first_ticket'
            when contacts.order_count = 0 then 'no_orders'
        end as reason_code
    from contacts
    cross join history
    left join product_orders
        on contacts.period_type = product_orders.period_type
        and contacts.period_start = product_orders.period_start
        and contacts.sku = product_orders.sku
    -- A period without a ticket has its row of all, and no parts.
    where contacts.reason is not null and contacts.sku is not null
)

select
    run_context.as_of,
    judged.*,
    case when judged.reason_code is null
        then {{ rate('100 * judged.contact_count', 'judged.order_count') }}
    end as contacts_per_100_orders,
    case when judged.reason_code is null
        then {{ rate('100 * judged.contact_count', 'judged.product_order_count') }}
    end as contacts_per_100_product_orders
from judged
cross join {{ ref('stg_run_context') }} as run_context
order by judged.period_type, judged.period_start, judged.breakdown, judged.reason, judged.sku
