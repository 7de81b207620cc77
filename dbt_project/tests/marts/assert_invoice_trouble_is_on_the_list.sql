-- What the months count as overdue or failed is what the list names, and no other.
with months as (
    select coalesce(sum(overdue_count), 0) as overdue_count, coalesce(sum(failed_count), 0) as failed_count
    from {{ ref('invoice_trouble_month') }}
),

listed as (
    select
        count(*) filter (where invoice_state = 'overdue') as overdue_count,
        count(*) filter (where invoice_state = 'failed') as failed_count
    from {{ ref('unpaid_invoices') }}
)

select months.*
from months
cross join listed
where
    months.overdue_count <> listed.overdue_count
    or months.failed_count <> listed.failed_count
