{#- Each figure's numerator, denominator, sample size, why it cannot be told, and its interval. -#}
{%- set nps = '100 * (promoter_count - detractor_count)' -%}
{%- set nps_error = significant(nps_standard_error('promoter_count', 'detractor_count', 'response_count')) -%}
{%- set figures = {
    'retention_rate': ['customers_retained', 'customers_at_start', 'customers_at_start', 'retention_reason'],
    'period_churn_rate': ['customers_at_start - customers_retained', 'customers_at_start', 'customers_at_start',
        'retention_reason'],
    'existing_customer_revenue_share': ['existing_amount', 'identified_amount', 'identified_order_count', 'null'],
    'average_order_value': ['net_sales_amount', 'order_count', 'order_count', 'null'],
    'net_sales': ['net_sales_amount', 'null', 'order_count', 'null'],
    'orders': ['order_count', 'null', 'order_count', 'null'],
    'active_customers': ['customers_at_end', 'null', 'customers_at_end', 'null'],
    'nps': [nps, 'response_count', 'response_count', 'nps_reason'],
    'median_first_response': ['median_minutes', 'null', 'ticket_count', 'wait_reason'],
} -%}
with weeks as (
    select
        weeks.*,
        waits.ticket_count,
        waits.median_minutes,
        waits.reason_code as wait_reason,
        case
            when weeks.week_start < weeks.first_order_date + weeks.active_days then 'history_shorter_than_A'
            when weeks.customers_at_start = 0 then 'no_customers_at_start'
        end as retention_reason,
        case
            when weeks.response_count = 0 then 'no_responses'
            when weeks.response_count < 30 then 'small_sample'
        end as nps_reason
    from {{ ref('int_headline_week__counted') }} as weeks
    left join {{ ref('stg_week_waits') }} as waits on weeks.period_end = waits.period_end
),

measured as (
    {%- for metric, (numerator, denominator, sample_size, reason) in figures.items() %}
    {%- set is_trailing = metric in ['nps', 'median_first_response'] %}
    select
        '{{ metric }}' as metric,
        standing,
        {{ "'trailing_90'" if is_trailing else "'week'" }} as period_type,
        {{ 'period_start' if is_trailing else 'week_start' }} as period_start,
        {{ 'period_end' if is_trailing else 'week_end' }} as period_end,
        cast({{ numerator }} as decimal(38, 6)) as numerator,
        cast({{ denominator }} as decimal(38, 6)) as denominator,
        cast({{ sample_size }} as bigint) as sample_size,
        {{ reason }} as reason_code,
        {{ '1.959963984540054 * ' ~ nps_error if metric == 'nps' else 'cast(null as double)' }} as nps_margin
    from weeks
    {{ 'where has_begun' if not is_trailing }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    measured.metric,
    measured.standing,
    measured.period_type,
    measured.period_start,
    measured.period_end,
    measured.numerator,
    measured.denominator,
    case
        when measured.reason_code is not null then null
        when measured.denominator is null then {{ significant('cast(measured.numerator as double)') }}
        else {{ rate('measured.numerator', 'measured.denominator') }}
    end as metric_value,
    measured.sample_size,
    measured.nps_margin,
    case
        when measured.reason_code is not null then measured.reason_code
        when measured.denominator = 0 then 'nothing_to_divide_by'
        when measured.numerator is null then 'not_known'
    end as reason_code
from measured
