-- The values of every dimension add up to everybody, and to everybody who was kept.
with parts as (
    select
        metric, window_days, period_type, period_start, dimension,
        sum(customers_at_start) as customers_at_start,
        sum(customers_kept) as customers_kept
    from {{ ref('retention_by_dimension') }}
    group by all
),

wholes as (
    select
        'true_retention' as metric, active_days as window_days, period_type, period_start,
        customers_at_start, customers_retained as customers_kept
    from {{ ref('retention_period') }}
    where
        customers_at_start > 0
        and active_days in (select 90 union all select headline_active_days from {{ ref('stg_run_context') }})
    union all
    select metric, window_days, period_type, period_start, denominator, numerator
    from {{ ref('repeat_purchase') }}
    where metric = 'repeat_within' and period_type = 'observed' and denominator > 0
),

expected as (
    select wholes.*, dimensions.dimension
    from wholes
    cross join (select distinct dimension from {{ ref('retention_by_dimension') }}) as dimensions
)

select expected.metric, expected.period_start, parts.metric as found_metric, parts.dimension
from expected
full outer join parts
    on expected.metric = parts.metric
    and expected.window_days = parts.window_days
    and expected.period_type = parts.period_type
    and expected.period_start = parts.period_start
    and expected.dimension = parts.dimension
    and expected.customers_at_start = parts.customers_at_start
    and expected.customers_kept = parts.customers_kept
where expected.metric is null or parts.metric is null
