with periods as (
    select * from {{ ref('int_periods__started') }}
),

words as (
    select * from {{ ref('referral_channels') }}
),

orders as (
    select
        fct_orders.*,
        fct_orders.referral_code is not null as has_code,
        words.marketing_channel is not null as has_channel
    from {{ ref('fct_orders') }} as fct_orders
    left join words on lower(trim(fct_orders.marketing_channel)) = words.marketing_channel
    where fct_orders.is_valid_order
),

sources as (
    select count(referral_code) + count(marketing_channel) > 0 as has_field
    from {{ ref('stg_orders') }}
),

-- A newcomer with several orders on the first day is judged by the first of them.
counted_units as (
    select 'orders' as metric, order_date, has_code, has_channel
    from orders
    union all
    select 'new_customers', orders.order_date, orders.has_code, orders.has_channel
    from orders
    inner join {{ ref('int_customers__acquired') }} as acquired
        on orders.source = acquired.source
        and orders.order_id = acquired.order_id
),

metrics as (
    select 'orders' as metric
    union all
    select 'new_customers'
),

counted as (
    select
        periods.*,
        metrics.metric,
        count(*) filter (where units.has_code) as referral_code_count,
        count(*) filter (where units.has_channel) as referral_channel_count,
        count(*) filter (where units.has_code or units.has_channel) as numerator,
        count(units.metric) as denominator
    from periods
    cross join metrics
    left join counted_units as units
        on metrics.metric = units.metric
        and periods.period_start <= units.order_date
        and periods.period_end >= units.order_date
    group by all
)

select
    counted.as_of,
    counted.period_type,
    counted.period_start,
    counted.period_end,
    counted.is_complete,
    counted.metric,
    counted.referral_code_count,
    counted.referral_channel_count,
    counted.numerator,
    counted.denominator,
    case when sources.has_field then {{ rate('counted.numerator', 'counted.denominator') }} end
        as referral_share,
    case when sources.has_field then {{ wilson_bound('counted.numerator', 'counted.denominator', '-') }} end
        as interval_low,
    case when sources.has_field then {{ wilson_bound('counted.numerator', 'counted.denominator', '+') }} end
        as interval_high,
    counted.denominator as sample_size,
    counted.denominator < 30 as is_small_sample,
    case
        when not sources.has_field then 'no_source_field'
        when counted.denominator = 0 then 'none_in_period'
    end as reason_code
from counted
cross join sources
order by counted.period_type, counted.period_start, counted.metric
