with matches as (
    select * from {{ ref('int_support_matches') }}
),

-- Each helped customer weighs one; their twins share that weight.
twins as (
    select
        anchor_date,
        last_month,
        order_band,
        count(*) as twin_count,
        cast(sum(net_sales_amount) as double) / count(*) as twin_amount
    from matches
    where not is_helped
    group by anchor_date, last_month, order_band
),

pairs as (
    select
        matches.customer_id,
        matches.anchor_date,
        cast(matches.net_sales_amount as double) as helped_amount,
        twins.twin_amount
    from matches
    left join twins
        on matches.anchor_date = twins.anchor_date
        and matches.last_month = twins.last_month
        and matches.order_band = twins.order_band
    where matches.is_helped
),

summed as (
    select
        min(anchor_date) filter (where twin_amount is not null) as period_start,
        max(anchor_date) filter (where twin_amount is not null) as period_end,
        count(*) as helped_count,
        count(twin_amount) as matched_count,
        avg(helped_amount) filter (where twin_amount is not null) as helped_average,
        avg(twin_amount) as twin_average,
        stddev_samp(helped_amount - twin_amount) as deviation
    from pairs
),

judged as (
    select
        run_context.as_of,
        summed.*,
        (select count(distinct customer_id) from matches where not is_helped) as twin_count,
        case
            when not exists (select 1 from {{ ref('stg_tickets') }}) then 'no_tickets_known'
            when summed.helped_count = 0 then 'nobody_observed_long_enough'
            when summed.matched_count < 30 then 'fewer_than_30_matched_customers'
        end as reason_code
    from summed
    cross join {{ ref('stg_run_context') }} as run_context
)

select
    as_of,
    cast(90 as bigint) as window_days,
    period_start,
    period_end,
    matched_count as helped_customer_count,
    helped_count - matched_count as unmatched_customer_count,
    twin_count as customer_without_ticket_count,
    {%- for name, amount in [
        ('revenue_per_helped_customer', 'helped_average'),
        ('revenue_per_customer_without_ticket', 'twin_average'),
        ('difference', 'helped_average - twin_average'),
        ('standard_error', 'deviation / sqrt(matched_count)'),
        ('interval_low', 'helped_average - twin_average - 1.959963984540054 * deviation / sqrt(matched_count)'),
        ('interval_high', 'helped_average - twin_average + 1.959963984540054 * deviation / sqrt(matched_count)')
    ] %}
    case when reason_code is null then {{ significant(amount) }} end as {{ name }},
    {%- endfor %}
    'association, not proof' as reading,
    reason_code
from judged
