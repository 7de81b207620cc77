{%- set shares = [
    ('repeat_in_window', 'repeater_count', 'customer_count'),
    ('returning_rate_shopify', 'lifetime_repeater_count', 'customer_count'),
    ('returning_customer_share', 'returning_customer_count', 'customer_count'),
    ('returning_order_share', 'returning_order_count', 'identified_order_count'),
    ('returning_order_share_with_guests', 'returning_order_count', 'order_count'),
    ('returning_revenue_share', 'returning_net_sales_amount', 'identified_net_sales_amount'),
] -%}
with windows as (
    select * from {{ ref('int_repeat_windows') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

customers as (
    select
        customer_id,
        min(occasion_date) as first_occasion_date,
        min(occasion_date) filter (where occasion_number = 2) as second_occasion_date
    from {{ ref('fct_occasions') }}
    group by customer_id
),

window_days as (
    {%- for days in [30, 60, 90, 180, 365] %}
    select {{ days }} as window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Only those observed for the whole of W: a newcomer has not had the time to come back.
observed as (
    select
        window_days.window_days,
        min(customers.first_occasion_date) as period_start,
        max(customers.first_occasion_date) as period_end,
        count(customers.customer_id) as observed_count,
        count(*) filter (
            where customers.second_occasion_date
            <= customers.first_occasion_date + window_days.window_days
        ) as repeat_count
    from window_days
    cross join run_context
    left join customers
        on run_context.as_of - window_days.window_days >= customers.first_occasion_date
    group by window_days.window_days
),

measured as (
    {%- for metric, numerator, denominator in shares %}
    select
        '{{ metric }}' as metric,
        period_type,
        cast(null as bigint) as window_days,
        period_start,
        period_end,
        {{ money(numerator) }} as numerator,
        {{ money(denominator) }} as denominator
    from windows
    where period_type <> 'lifetime'
    union all
    {%- endfor %}
    select
        'repeat_lifetime', period_type, null, period_start, period_end,
        {{ money('lifetime_repeater_count') }}, {{ money('customer_count') }}
    from windows
    where period_type = 'lifetime'
    {%- for metric, numerator in [
        ('repeat_within', 'repeat_count'), ('one_and_done', 'observed_count - repeat_count')
    ] %}
    union all
    select
        '{{ metric }}', 'observed', window_days, period_start, period_end,
        {{ money(numerator) }}, {{ money('observed_count') }}
    from observed
    {%- endfor %}
)

select
    run_context.as_of,
    measured.*,
    {{ rate('measured.numerator', 'measured.denominator') }} as rate,
    case
        when measured.denominator <> 0 then null
        when measured.period_type = 'observed' then 'nobody_observed_long_enough'
        else 'no_customers_in_window'
    end as reason_code
from measured
cross join run_context
order by measured.metric, measured.period_type, measured.window_days
