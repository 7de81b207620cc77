-- First, later and guest orders add to all; products and categories to all units; nothing comes
-- back that was not sold.
with parts as (
    select
        period_type,
        metric,
        breakdown,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('refund_rate') }}
    where period_type <> 'month'
    group by period_type, metric, breakdown
)

select parts.period_type, parts.metric, parts.breakdown, parts.numerator, wholes.numerator as whole
from parts
inner join parts as wholes
    on parts.period_type = wholes.period_type
    and parts.metric = wholes.metric
    and wholes.breakdown = 'all'
where
    (
        parts.breakdown = 'occasion'
        or (parts.breakdown in ('sku', 'category') and parts.metric = 'units_returned')
    )
    and (parts.numerator <> wholes.numerator or parts.denominator <> wholes.denominator)
union all
select period_type, metric, breakdown, numerator, denominator
from {{ ref('refund_rate') }}
where numerator < 0 or numerator > denominator
