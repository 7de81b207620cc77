{%- set bases = ['merged', 'unmerged'] -%}
with activity as (
    select * from {{ ref('int_identity_activity') }}
),

counted as (
    select
        as_of,
        period_type,
        period_start,
        period_end,
        cast(active_days as bigint) as active_days,
        period_start < first_order_date + active_days as is_too_young,
        {%- for basis in bases %}
        count(*) filter (where was_active and identity_basis = '{{ basis }}')
            as customers_at_start_{{ basis }},
        count(*) filter (where is_active and identity_basis = '{{ basis }}')
            as customers_at_end_{{ basis }},
        count(*) filter (where is_active and is_acquired and identity_basis = '{{ basis }}')
            as customers_acquired_{{ basis }},
        count(*) filter (where was_active and is_active and identity_basis = '{{ basis }}')
            as customers_retained_{{ basis }}{{ ',' if not loop.last }}
        {%- endfor %}
    from activity
    group by as_of, period_type, period_start, period_end, active_days, first_order_date
),

judged as (
    select
        *,
        case
            when is_too_young then 'history_shorter_than_A'
            when customers_at_start_merged = 0 or customers_at_start_unmerged = 0
                then 'no_customers_at_start'
        end as reason_code
    from counted
),

rated as (
    select
        *,
        {%- for basis in bases %}
        case when reason_code is null then
            {{ rate('customers_retained_' ~ basis, 'customers_at_start_' ~ basis) }}
        end as true_retention_rate_{{ basis }},
        case when reason_code is null then
            {{ rate(
                'customers_at_end_' ~ basis ~ ' - customers_acquired_' ~ basis,
                'customers_at_start_' ~ basis
            ) }}
        end as classic_retention_rate_{{ basis }}{{ ',' if not loop.last }}
        {%- endfor %}
    from judged
)

select
    rated.as_of,
    rated.period_type,
    rated.period_start,
    rated.period_end,
    rated.active_days,
    {%- for basis in bases %}
    customers_at_start_{{ basis }},
    customers_at_end_{{ basis }},
    customers_acquired_{{ basis }},
    customers_retained_{{ basis }},
    true_retention_rate_{{ basis }},
    classic_retention_rate_{{ basis }},
    {%- endfor %}
    {{ significant('100 * (true_retention_rate_merged - true_retention_rate_unmerged)') }}
        as true_retention_difference_points,
    {{ significant('100 * (classic_retention_rate_merged - classic_retention_rate_unmerged)') }}
        as classic_retention_difference_points,
    rated.reason_code,
    coalesce(sales.order_count, 0) as order_count,
    coalesce(sales.unidentified_order_count, 0) as unidentified_order_count,
    {{ rate('sales.unidentified_order_count', 'sales.order_count') }} as unidentified_order_share
from rated
left join {{ ref('revenue_month') }} as sales on rated.period_start = sales.month_start
order by rated.period_start
