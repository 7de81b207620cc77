select
    as_of,
    source,
    invoice_id,
    customer_id,
    order_id,
    issued_date,
    due_date,
    invoice_state,
    case when due_date < as_of then cast({{ days_between('due_date', 'as_of') }} as bigint) end
        as overdue_days,
    invoice_amount,
    case when invoice_amount is null then 'no_exchange_rate' end as reason_code
from {{ ref('int_invoices') }}
where invoice_state <> 'paid'
order by source, invoice_id
