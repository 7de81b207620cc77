with months as (
    select * from {{ ref('int_months') }}
),

sales as (
    select
        {{ month_of('order_date') }} as month_start,
        count(*) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(net_sales_amount) filter (where margin_basis = 'product_cost') as known_net_sales_amount,
        sum(cost_amount) filter (where margin_basis = 'product_cost') as known_cost_amount,
        sum(margin_amount) as margin_amount,
        count(*) filter (where margin_basis is null) as unknown_count,
        count(*) filter (where margin_basis = 'configured_share') as configured_count
    from {{ ref('fct_orders') }}
    where is_valid_order
    group by {{ month_of('order_date') }}
),

filled as (
    select
        months.as_of,
        months.month_start,
        months.month_end as period_end,
        months.is_complete,
        coalesce(sales.order_count, 0) as order_count,
        {{ money('coalesce(sales.net_sales_amount, 0)') }} as net_sales_amount,
        {{ money('coalesce(sales.known_net_sales_amount, 0)') }} as known_net_sales_amount,
        {{ money('coalesce(sales.known_cost_amount, 0)') }} as known_cost_amount,
        case
            when coalesce(sales.unknown_count, 0) = 0 then {{ money('coalesce(sales.margin_amount, 0)') }}
        end as margin_amount,
        case
            when sales.unknown_count > 0 then 'none'
            when coalesce(sales.configured_count, 0) = 0 then 'product_cost'
            when sales.configured_count = sales.order_count then 'configured_share'
            else 'mixed'
        end as margin_basis
    from months
    left join sales on months.month_start = sales.month_start
)

select
    as_of,
    month_start,
    period_end,
    is_complete,
    order_count,
    net_sales_amount,
    known_net_sales_amount,
    known_cost_amount,
    {{ money('known_net_sales_amount - known_cost_amount') }} as known_margin_amount,
    {{ rate('known_net_sales_amount - known_cost_amount', 'known_net_sales_amount') }}
        as known_margin_share,
    {{ rate('known_net_sales_amount', 'net_sales_amount') }} as cost_coverage_share,
    margin_amount,
    {{ rate('margin_amount', 'net_sales_amount') }} as margin_share,
    margin_basis,
    case when margin_amount is null then 'cost_unknown' end as reason_code
from filled
order by month_start
