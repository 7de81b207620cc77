-- An invoice of nothing or less, such as a credit note, asks nobody for money.
with invoices as (
    select * from {{ ref('stg_invoices') }}
    where invoice_amount > 0 and invoice_status is distinct from 'void'
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    invoices.source,
    invoices.invoice_id,
    invoices.customer_id,
    invoices.order_id,
    invoices.issued_date,
    invoices.due_date,
    invoices.paid_date,
    case
        when invoices.paid_date is not null or invoices.invoice_status = 'paid' then 'paid'
        when invoices.invoice_status = 'failed' then 'failed'
        when invoices.due_date < run_context.as_of then 'overdue'
        else 'open'
    end as invoice_state,
    coalesce(invoices.paid_date > invoices.due_date, false) as is_paid_late,
    {{ converted(
        'invoices.invoice_amount',
        'case when invoices.currency = run_context.reporting_currency then 1 else invoices.exchange_rate end'
    ) }} as invoice_amount
from invoices
cross join run_context
