select
    source,
    invoice_id,
    customer_id,
    order_id,
    issued_date,
    due_date,
    paid_date,
    invoice_status,
    invoice_amount,
    currency,
    exchange_rate
from {{ source('current', 'invoices') }}
