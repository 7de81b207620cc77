{#- Component, the amount it adds up, and whom it counts; without a customer nobody is counted. -#}
{%- set components = [
    ('start', 'amount_before', 'bought_before'),
    ('lost', '-amount_before', "standing = 'lost'"),
    ('less', 'amount - amount_before', "standing = 'less'"),
    ('more', 'amount - amount_before', "standing = 'more'"),
    ('returned', 'amount', "standing = 'returned'"),
    ('new', 'amount', "standing = 'new'"),
    ('unidentified', 'amount - amount_before', "standing = 'unidentified'"),
    ('end', 'amount', 'has_bought'),
] -%}
with run_context as (
    select distinct
        run_context.*,
        months.first_order_date,
        {{ week_of('run_context.as_of + 1', 'run_context.week_start') }} as running_week,
        {{ month_of('run_context.as_of + 1') }} as running_month
    from {{ ref('stg_run_context') }} as run_context
    cross join {{ ref('int_months') }} as months
),

compared as (
    {%- for comparison, weeks, months in [('previous', 1, 1), ('year_ago', 52, 12)] %}
    select
        as_of,
        'week' as period_type,
        '{{ comparison }}' as comparison,
        running_week - 7 as period_start,
        running_week - 1 as period_end,
        running_week - 7 - {{ 7 * weeks }} as before_start,
        running_week - 1 - {{ 7 * weeks }} as before_end,
        {{ week_of('first_order_date', 'week_start') }} as first_start
    from run_context
    union all
    select
        as_of,
        'month',
        '{{ comparison }}',
        {{ month_after('running_month', -1) }}, running_month - 1,
        {{ month_after('running_month', -1 - months) }}, {{ month_after('running_month', -months) }} - 1,
        {{ month_of('first_order_date') }}
    from run_context
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- One row per comparison and customer who bought in either period; all guests are one row.
bought as (
    select
        compared.period_type,
        compared.comparison,
        case when ledger.is_identified then ledger.customer_id end as known_customer,
        bool_or(ledger.order_date <= compared.before_end) as bought_before,
        bool_or(ledger.order_date >= compared.period_start) as has_bought,
        bool_or(ledger.order_date >= compared.period_start and ledger.occasion_number = 1) as is_new,
        sum(case when ledger.order_date <= compared.before_end then ledger.net_sales_amount else 0 end)
            as amount_before,
        sum(case when ledger.order_date >= compared.period_start then ledger.net_sales_amount else 0 end)
            as amount
    from compared
    inner join {{ ref('order_ledger') }} as ledger
        on ledger.order_date between compared.before_start and compared.before_end
        or ledger.order_date between compared.period_start and compared.period_end
    where ledger.validity = 'valid' and compared.before_start >= compared.first_start
    group by compared.period_type, compared.comparison, known_customer
),

placed as (
    select
        *,
        case
            when known_customer is null then 'unidentified'
            when not has_bought then 'lost'
            when not bought_before then case when is_new then 'new' else 'returned' end
            when amount < amount_before then 'less'
            when amount > amount_before then 'more'
        end as standing
    from bought
)

{% for component, amount, condition in components -%}
select
    compared.as_of,
    compared.period_type,
    compared.comparison,
    compared.period_start,
    compared.period_end,
    cast({{ loop.index }} as bigint) as position,
    '{{ component }}' as component,
    {{ 'null' if component == 'unidentified' else 'count(known_customer) filter (where ' ~ condition ~ ')' }}
        as customer_count,
    {{ money('coalesce(sum(' ~ amount ~ ') filter (where ' ~ condition ~ '), 0)') }} as amount
from compared
left join placed using (period_type, comparison)
where compared.before_start >= compared.first_start
group by all
{{ 'union all' if not loop.last }}
{% endfor -%}
order by period_type, comparison, position
