with rules as (
    select * from {{ ref('vendor_rules') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

windows as (
    select * from {{ ref('int_vendor_windows') }}
),

suki_figures as (
    select
        metric, period_type, period_end, coalesce(window_days, 0) as window_days,
        numerator, denominator, rate, reason_code
    from {{ ref('repeat_purchase') }}
    where metric <> 'repeat_within' or period_type <> 'trailing_365'
    union all
    -- Newcomers of 365 days observed for W days began W days earlier; the same question, later asked.
    select
        repeats.metric, repeats.period_type, run_context.as_of, repeats.window_days,
        repeats.numerator, repeats.denominator, repeats.rate, repeats.reason_code
    from {{ ref('repeat_purchase') }} as repeats
    cross join run_context
    where repeats.metric = 'repeat_within' and repeats.period_type = 'trailing_365'
    union all
    select
        measure, 'cohort_month', last_day(cohort_start), period_offset,
        customers, cohort_size, case when cell_status = 'complete' then rate end,
        case when cell_status <> 'complete' then 'period_not_complete' else reason_code end
    from {{ ref('retention_cohort') }}
    where cohort_grain = 'month' and measure = 'n_period'
),

compared as (
    select
        run_context.as_of,
        rules.*,
        windows.period_type,
        windows.period_start,
        windows.period_end,
        {{ money('figures.numerator') }} as numerator,
        {{ money('figures.denominator') }} as denominator,
        {{ rate('figures.numerator', 'figures.denominator') }} as rate,
        {{ money('suki_figures.numerator') }} as suki_numerator,
        {{ money('suki_figures.denominator') }} as suki_denominator,
        suki_figures.rate as suki_rate,
        case
            when suki_figures.rate is not null then null
            when suki_figures.metric is not null then suki_figures.reason_code
            when windows.period_type = 'cohort_month' then 'period_not_begun'
            else 'no_orders_known'
        end as suki_reason_code,
        seen.* exclude (scope, period_type)
    from rules
    cross join run_context
    inner join windows on rules.scope = windows.scope
    left join {{ ref('int_vendor_figures') }} as figures
        on rules.vendor = figures.vendor
        and rules.figure = figures.figure
        and windows.period_type = figures.period_type
    left join suki_figures
        on rules.suki_metric = suki_figures.metric
        and rules.suki_window = suki_figures.window_days
        and windows.period_type = suki_figures.period_type
        and windows.period_end = suki_figures.period_end
    left join {{ ref('int_vendor_rows') }} as seen
        on windows.scope = seen.scope
        and windows.period_type = seen.period_type
)

select
    as_of, vendor, figure, period_type, period_start, period_end, rule, source_reference, evidence,
    numerator, denominator, rate,
    suki_metric, suki_window, suki_numerator, suki_denominator, suki_rate, suki_reason_code,
    {{ significant('rate - suki_rate') }} as difference,
    why_it_differs,
    order_count, guest_order_count, cancelled_order_count, zero_value_order_count,
    refunded_order_count, other_invalid_order_count, same_day_order_count, merged_customer_count,
    new_repeater_count, unobserved_customer_count,
    case when rate is null then 'nothing_to_divide_by' end as reason_code
from compared
order by vendor, figure, period_type
