{%- set sales = [
    ('net_sales', 'net_sales_amount', 'null'),
    ('orders', 'order_count', 'null'),
    ('average_order_value', 'net_sales_amount', 'order_count'),
    ('existing_customer_revenue_share',
        'existing_customer_net_sales_amount', 'identified_net_sales_amount'),
] -%}
{%- set retention = [
    ('active_customers', 'customers_at_end', 'null', 'customers_at_end', 'null'),
    ('retention_rate', 'customers_retained', 'customers_at_start', 'customers_at_start', 'reason_code'),
    ('retention_rate_classic', 'customers_at_end - customers_acquired', 'customers_at_start',
        'customers_at_start', 'reason_code'),
    ('period_churn_rate', 'customers_lost', 'customers_at_start', 'customers_at_start', 'reason_code'),
] -%}
with months as (
    select
        month_start,
        max(month_number) over () - month_number as months_back
    from {{ ref('int_months') }}
    where is_complete
),

comparisons as (
    select
        month_start,
        case months_back when 0 then 'latest' when 1 then 'previous' else 'year_ago' end as standing
    from months
    where months_back in (0, 1, 12)
),

measured as (
    {%- for metric, numerator, denominator in sales %}
    select
        '{{ metric }}' as metric,
        comparisons.standing,
        sales.month_start as period_start,
        sales.period_end,
        cast({{ numerator }} as decimal(38, 4)) as numerator,
        cast({{ denominator }} as decimal(38, 4)) as denominator,
        sales.order_count as sample_size,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high,
        cast(null as varchar) as reason_code
    from {{ ref('revenue_month') }} as sales
    inner join comparisons on sales.month_start = comparisons.month_start
    union all
    {%- endfor %}
    {%- for metric, numerator, denominator, sample_size, reason_code in retention %}
    select
        '{{ metric }}', comparisons.standing, period_start, period_end,
        {{ numerator }}, {{ denominator }}, {{ sample_size }}, null, null, {{ reason_code }}
    from {{ ref('retention_period') }}
    inner join comparisons on period_start = comparisons.month_start
    inner join {{ ref('stg_run_context') }} on active_days = headline_active_days
    where period_type = 'month'
    union all
    {%- endfor %}
    select
        'historic_clv_per_customer', 'latest', min(first_order_date), as_of,
        sum(historic_clv_amount), count(*), count(*), null, null, null
    from {{ ref('clv_historic') }}
    group by as_of
    union all
    select
        'repeat_within_90', 'latest', period_start, period_end,
        numerator, denominator, cast(denominator as bigint), null, null, reason_code
    from {{ ref('repeat_purchase') }}
    where metric = 'repeat_within' and window_days = 90
    union all
    select
        'nps',
        case
            when period_end = as_of then 'latest'
            when period_end = as_of - 90 then 'previous'
            else 'year_ago'
        end,
        period_start, period_end,
        100 * (promoter_count - detractor_count), response_count, response_count,
        interval_low, interval_high, reason_code
    from {{ ref('nps') }}
    where survey_id = 'all' and period_type = 'trailing_90'
)

select
    *,
    case
        when reason_code is not null then null
        when denominator is null then cast(numerator as double)
        else {{ rate('numerator', 'denominator') }}
    end as metric_value
from measured
