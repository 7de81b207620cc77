-- Nothing here is text: who, when, what kind, and how it went.
select
    'order' as kind,
    source || ' ' || order_id as thing,
    customer_id,
    order_date as day,
    ordered_at as moment,
    cast(null as bigint) as score,
    false as is_complaint,
    false as is_open
from {{ ref('fct_orders') }}
where is_valid_order and is_identified
union all
select
    'response' as kind, source || ' ' || response_id, customer_id, response_date, submitted_at,
    score, false, false
from {{ ref('fct_responses') }}
where customer_id is not null
union all
select
    'ticket' as kind, source || ' ' || ticket_id, customer_id, created_date, created_at,
    null, coalesce(is_negative, false), resolved_date is null
from {{ ref('stg_tickets') }}
where customer_id is not null
union all
-- A message is one, however often it was opened; one that was held back or bounced reached nobody.
-- Of Suki's own, those it wrote: what became of a list, the tool it was handed to tells.
select
    'message' as kind, source || ' ' || message_id, customer_id, min(event_date), min(event_at),
    null, false, false
from {{ ref('stg_messages') }}
where
    customer_id is not null
    and (
        source <> 'suki'
        or (campaign, customer_id, event_date - 1) in (
            select (campaign, customer_id, contact_date) from {{ ref('stg_contact_log') }}
            where event = 'sent'
        )
    )
group by source, message_id, customer_id
having
    count(*) filter (where event in ('sent', 'delivered', 'opened', 'clicked', 'replied')) > 0
    and count(*) filter (where event = 'bounced') = 0
union all
select
    'reply' as kind, source || ' ' || message_id, customer_id, event_date, event_at,
    null, false, false
from {{ ref('stg_messages') }}
where customer_id is not null and event = 'replied'
union all
select
    'review' as kind, source || ' ' || review_id, customer_id, review_date, reviewed_at,
    rating, coalesce(rating <= 2, false), false
from {{ ref('stg_reviews') }}
where customer_id is not null
