{%- set feeds = [
    ('response', 'surveys', 'stg_responses'), ('ticket', 'tickets', 'stg_tickets'),
    ('message', 'messages', 'stg_messages'), ('review', 'reviews', 'stg_reviews')
] -%}
with known as (
    select
        {%- for kind, feed, model in feeds %}
        exists(
            select 1 from {{ ref(model) }}
            {#- Suki's own messages do not tell what other tools sent, nor any reply. #}
            {%- if kind == 'message' %} where source is distinct from 'suki'{% endif %}
        ) as has_{{ feed }}{% if not loop.last %},{% endif %}
        {%- endfor %}
),

records as (
    select
        customer_id,
        count(*) filter (where kind = 'order') as order_count,
        max(day) filter (where kind = 'order') as last_order_date,
        {%- for kind, feed, model in feeds %}
        count(*) filter (where kind = '{{ kind }}') as {{ kind }}_count,
        max(day) filter (where kind = '{{ kind }}') as last_{{ kind }}_date,
        {%- endfor %}
        last(score order by day nulls first, moment nulls first, thing)
            filter (where kind = 'response' and score is not null) as last_score,
        last(score order by day nulls first, moment nulls first, thing)
            filter (where kind = 'review') as last_rating,
        count(*) filter (where kind = 'ticket' and is_open) as open_ticket_count,
        count(*) filter (where kind = 'ticket' and is_complaint) as ticket_complaint_count,
        count(*) filter (where kind = 'review' and is_complaint) as review_complaint_count,
        max(day) filter (where is_complaint) as last_complaint_date,
        count(*) filter (where kind = 'reply') as reply_count,
        max(day) filter (where kind <> 'message') as last_heard_from_date
    from {{ ref('int_communication') }}
    group by customer_id
)

select
    run_context.as_of,
    customers.customer_id,
    coalesce(records.order_count, 0) as order_count,
    records.last_order_date,
    {%- for kind, feed, model in feeds %}
    case when known.has_{{ feed }} then coalesce(records.{{ kind }}_count, 0) end
        as {{ kind }}_count,
    records.last_{{ kind }}_date,
    {%- endfor %}
    records.last_score,
    records.last_rating,
    case when known.has_tickets then coalesce(records.open_ticket_count, 0) end
        as open_ticket_count,
    case when known.has_tickets or known.has_reviews
        then coalesce(records.ticket_complaint_count + records.review_complaint_count, 0)
    end as complaint_count,
    records.last_complaint_date,
    case when known.has_messages then coalesce(records.reply_count, 0) end as reply_count,
    records.last_heard_from_date,
    nullif(concat_ws(
        ', '
        {%- for kind, feed, model in feeds | sort(attribute=1) %},
        case when not known.has_{{ feed }} then '{{ feed }}' end
        {%- endfor %}
    ), '') as feeds_not_known
from {{ ref('dim_customers') }} as customers
cross join {{ ref('stg_run_context') }} as run_context
cross join known
left join records on customers.customer_id = records.customer_id
where customers.is_identified
order by customers.customer_id
