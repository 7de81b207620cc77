{%- set of_people = [
    ('repeat_in_window', 'repeater_count', 'customer_count'),
    ('returning_rate_shopify', 'lifetime_repeater_count', 'customer_count'),
    ('returning_customer_share', 'returning_customer_count', 'customer_count'),
] -%}
{%- set of_sales = [
    ('returning_order_share', 'returning_order_count', 'identified_order_count'),
    ('returning_order_share_with_guests', 'returning_order_count', 'order_count'),
    ('returning_revenue_share', 'returning_net_sales_amount', 'identified_net_sales_amount'),
] -%}
with run_context as (
    select * from {{ ref('stg_run_context') }}
),

windows as materialized (
    select * from {{ ref('int_repeat_windows') }}
),

newcomers as materialized (
    select * from {{ ref('int_repeat_within') }}
),

measured as (
    {%- for metric, numerator, denominator in of_people + of_sales %}
    select
        '{{ metric }}' as metric,
        period_type,
        cast(null as bigint) as window_days,
        period_start,
        period_end,
        {{ money(numerator) }} as numerator,
        {{ money(denominator) }} as denominator,
        {{ 'identified_order_count' if metric == 'returning_revenue_share' else denominator }}
            as sample_size,
        {{ 'true' if (metric, numerator, denominator) in of_people else 'false' }} as is_of_people,
        case
            when is_longer_than_history then 'history_shorter_than_window'
            when {{ denominator }} = 0 then 'nobody_bought_in_window'
        end as reason_code
    from windows
    union all
    {%- endfor %}
    select
        'repeat_lifetime', 'lifetime', null, period_start, period_end,
        {{ money('repeater_count') }}, {{ money('customer_count') }}, customer_count, true,
        case when customer_count = 0 then 'nobody_bought_in_window' end
    from {{ ref('int_repeat_lifetime') }}
    {%- for metric, numerator in [
        ('repeat_within', 'repeater_count'), ('one_and_done', 'customer_count - repeater_count')
    ] %}
    union all
    select
        '{{ metric }}', period_type, window_days, period_start, period_end,
        {{ money(numerator) }}, {{ money('customer_count') }}, customer_count, true, reason_code
    from newcomers
    {%- endfor %}
),

judged as (
    select
        *,
        case when reason_code is null then denominator end as trusted_denominator
    from measured
)

select
    run_context.as_of,
    judged.metric,
    judged.period_type,
    judged.window_days,
    judged.period_start,
    judged.period_end,
    judged.numerator,
    judged.denominator,
    {{ rate('judged.numerator', 'judged.trusted_denominator') }} as rate,
    case when judged.is_of_people
        then {{ wilson_bound('judged.numerator', 'judged.trusted_denominator', '-') }}
    end as interval_low,
    case when judged.is_of_people
        then {{ wilson_bound('judged.numerator', 'judged.trusted_denominator', '+') }}
    end as interval_high,
    cast(judged.sample_size as bigint) as sample_size,
    judged.reason_code
from judged
cross join run_context
order by metric, period_type, window_days, period_end
