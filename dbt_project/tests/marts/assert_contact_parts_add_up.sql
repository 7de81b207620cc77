-- Reasons, products and their pairs each hold every contact of their period exactly once.
with totals as (
    select
        period_type,
        period_start,
        breakdown,
        sum(contact_count) as contact_count,
        max(order_count) as order_count
    from {{ ref('contact_rate') }}
    group by period_type, period_start, breakdown
)

select
    parts.*,
    wholes.contact_count as whole_count
from totals as parts
inner join totals as wholes
    on parts.period_type = wholes.period_type
    and parts.period_start = wholes.period_start
    and wholes.breakdown = 'all'
where parts.contact_count <> wholes.contact_count or parts.order_count <> wholes.order_count
