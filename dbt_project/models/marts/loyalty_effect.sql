{%- set metrics = [
    ('since_first_order', 'repeat_within', 'count(*) filter (where windows.occasion_count > 1)'),
    ('since_first_order', 'net_sales_per_customer', 'coalesce(sum(windows.net_sales_amount), 0)'),
    ('around_joining', 'bought_within', 'count(*) filter (where windows.occasion_count > 0)'),
    ('around_joining', 'net_sales_per_customer', 'coalesce(sum(windows.net_sales_amount), 0)'),
] -%}
with windows as materialized (
    select * from {{ ref('int_loyalty_windows') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

known as (
    select
        bool_or(loyalty_tier is not null or loyalty_since is not null) as has_loyalty,
        bool_or(loyalty_since is not null) as has_dates
    from {{ ref('stg_customers') }}
),

window_days as (
    select unnest([90, 365]) as window_days
),

groups as (
    {%- for comparison, loyalty_group in [
        ('since_first_order', 'member'), ('since_first_order', 'non_member'),
        ('around_joining', 'before_joining'), ('around_joining', 'after_joining'),
    ] %}
    select '{{ comparison }}' as comparison, '{{ loyalty_group }}' as loyalty_group, window_days
    from window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    {%- for comparison, metric, numerator in metrics %}
    select
        groups.comparison,
        groups.loyalty_group,
        '{{ metric }}' as metric,
        groups.window_days,
        {{ money(numerator) }} as numerator,
        count(windows.customer_id) as denominator
    from groups
    left join windows
        on groups.comparison = windows.comparison
        and groups.loyalty_group = windows.loyalty_group
        and groups.window_days = windows.window_days
    where groups.comparison = '{{ comparison }}'
    group by groups.comparison, groups.loyalty_group, groups.window_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

judged as (
    select
        counted.*,
        case
            when not coalesce(known.has_loyalty, false) then 'no_loyalty_field'
            when counted.comparison = 'around_joining' and not known.has_dates then 'no_joining_dates'
            when counted.denominator = 0 then 'nobody_observed_long_enough'
        end as reason_code,
        counted.metric <> 'net_sales_per_customer' as is_proportion
    from counted
    cross join known
)

select
    run_context.as_of,
    judged.comparison,
    judged.loyalty_group,
    judged.metric,
    cast(judged.window_days as bigint) as window_days,
    judged.numerator,
    judged.denominator,
    case when judged.reason_code is null then {{ rate('judged.numerator', 'judged.denominator') }} end
        as metric_value,
    {%- for side, bound in [('-', 'interval_low'), ('+', 'interval_high')] %}
    case when judged.reason_code is null and judged.is_proportion
        then {{ wilson_bound('judged.numerator', 'judged.denominator', side) }}
    end as {{ bound }},
    {%- endfor %}
    judged.denominator as sample_size,
    judged.denominator < 30 as is_small_sample,
    'not a causal effect: members choose themselves' as caveat,
    judged.reason_code
from judged
cross join run_context
order by judged.comparison, judged.loyalty_group, judged.metric, judged.window_days
