with invoices as (
    select
        *,
        {{ month_of('issued_date') }} as month_start
    from {{ ref('int_invoices') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select month_start from {{ ref('int_months') }}
    union
    select month_start from invoices
),

counted as (
    select
        month_start,
        count(*) as invoice_count,
        count(*) filter (where invoice_state = 'overdue') as overdue_count,
        count(*) filter (where invoice_state = 'failed') as failed_count,
        count(*) filter (where is_paid_late) as paid_late_count,
        count(*) filter (where invoice_state <> 'open') as judged_count,
        count(*) filter (where invoice_state in ('overdue', 'failed') and invoice_amount is null)
            as unrated_count,
        sum(invoice_amount) filter (where invoice_state in ('overdue', 'failed')) as trouble_amount
    from invoices
    group by month_start
)

select
    run_context.as_of,
    months.month_start,
    last_day(months.month_start) as period_end,
    last_day(months.month_start) <= run_context.as_of as is_complete,
    coalesce(counted.invoice_count, 0) as invoice_count,
    coalesce(counted.overdue_count, 0) as overdue_count,
    coalesce(counted.failed_count, 0) as failed_count,
    coalesce(counted.paid_late_count, 0) as paid_late_count,
    case when coalesce(counted.unrated_count, 0) = 0
        then {{ money('coalesce(counted.trouble_amount, 0)') }}
    end as trouble_amount,
    coalesce(counted.overdue_count + counted.failed_count, 0) as numerator,
    coalesce(counted.judged_count, 0) as denominator,
    {{ rate('(counted.overdue_count + counted.failed_count)', 'counted.judged_count') }} as trouble_share,
    {{ wilson_bound('(counted.overdue_count + counted.failed_count)', 'counted.judged_count', '-') }}
        as interval_low,
    {{ wilson_bound('(counted.overdue_count + counted.failed_count)', 'counted.judged_count', '+') }}
        as interval_high,
    coalesce(counted.judged_count, 0) as sample_size,
    coalesce(counted.judged_count, 0) < 30 as is_small_sample,
    case
        when not exists (select 1 from {{ ref('stg_invoices') }}) then 'no_invoice_feed'
        when coalesce(counted.judged_count, 0) = 0 then 'no_invoices_due'
    end as reason_code
from months
cross join run_context
left join counted on months.month_start = counted.month_start
order by months.month_start
