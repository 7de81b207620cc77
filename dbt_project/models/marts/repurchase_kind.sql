with months as (
    select * from {{ ref('int_months') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

repurchases as materialized (
    select * from {{ ref('int_repurchases') }}
),

newcomers as (
    select occasions.customer_id, occasions.occasion_date
    from {{ ref('fct_occasions') }} as occasions
    inner join run_context on occasions.occasion_date + 90 <= run_context.as_of
    where occasions.occasion_number = 1
),

kinds as (
    {%- for kind in ['same_sku', 'same_category', 'cross_category', 'unknown_category', 'no_product'] %}
    select '{{ kind }}' as repurchase_kind
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- One row per thing counted in a denominator, with the kind that its numerator asks for.
counted_units as (
    select
        'occasion_share' as metric, 'month' as period_type, months.month_start as period_start,
        months.month_end as period_end, months.is_complete,
        repurchases.repurchase_kind as denominator_kind, repurchases.repurchase_kind as numerator_kind
    from repurchases
    inner join months on {{ month_of('repurchases.occasion_date') }} = months.month_start
    union all
    select
        'occasion_share', 'lifetime', min(repurchases.occasion_date) over (), run_context.as_of, true,
        repurchases.repurchase_kind, repurchases.repurchase_kind
    from repurchases
    cross join run_context
    union all
    select
        'first_repurchase_within_90', 'observed', min(newcomers.occasion_date) over (),
        max(newcomers.occasion_date) over (), true,
        null, case when repurchases.days_since_previous <= 90 then repurchases.repurchase_kind end
    from newcomers
    left join repurchases
        on newcomers.customer_id = repurchases.customer_id
        and repurchases.occasion_number = 2
    union all
    select
        'next_within_90', 'observed', min(repurchases.occasion_date) over (),
        max(repurchases.occasion_date) over (), true, repurchases.repurchase_kind,
        case when repurchases.next_occasion_date <= repurchases.occasion_date + 90
            then repurchases.repurchase_kind
        end
    from repurchases
    inner join run_context on repurchases.occasion_date + 90 <= run_context.as_of
    where repurchases.occasion_number = 2
),

counted as (
    select
        units.metric,
        units.period_type,
        units.period_start,
        units.period_end,
        units.is_complete,
        kinds.repurchase_kind,
        count(*) filter (where units.numerator_kind = kinds.repurchase_kind) as numerator,
        count(*) filter (
            where units.metric <> 'next_within_90' or units.denominator_kind = kinds.repurchase_kind
        ) as denominator
    from counted_units as units
    cross join kinds
    group by all
)

select
    run_context.as_of,
    counted.*,
    {{ rate('counted.numerator', 'counted.denominator') }} as repurchase_share,
    {{ wilson_bound('counted.numerator', 'counted.denominator', '-') }} as interval_low,
    {{ wilson_bound('counted.numerator', 'counted.denominator', '+') }} as interval_high,
    counted.denominator as sample_size,
    counted.denominator < 30 as is_small_sample,
    case when counted.denominator = 0 then 'no_repurchases' end as reason_code
from counted
cross join run_context
order by counted.metric, counted.period_type, counted.period_start, counted.repurchase_kind
