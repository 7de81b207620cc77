-- Sales that stood once: valid orders, and those undone whole. What was never a sale (test,
-- cancelled, staff) has nothing to be undone on either basis.
with months as (
    select min(month_start) as first_month from {{ ref('int_months') }}
),

sales as (
    select source, order_id, is_valid_order
    from {{ ref('fct_orders') }}
    where is_valid_order or invalid_reason = 'fully_refunded'
)

select
    refunds.refund_key,
    refunds.refund_kind,
    refunds.link_status,
    refunds.date_basis,
    refunds.returns_amount,
    coalesce(sales.is_valid_order, false) as is_of_valid_order,
    -- What lies before the first valid order stands in the first month.
    greatest({{ month_of('refunds.order_date') }}, months.first_month) as order_month,
    case
        when refunds.refund_date is not null
            then greatest({{ month_of('refunds.refund_date') }}, months.first_month)
    end as refund_month
from {{ ref('fct_refunds') }} as refunds
cross join months
left join sales
    on refunds.source = sales.source
    and refunds.order_id = sales.order_id
where refunds.link_status <> 'linked' or sales.order_id is not null
