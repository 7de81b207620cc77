with times as (
    select * from {{ ref('stg_ticket_times') }}
    where is_breach
),

tickets as (
    select * from {{ ref('stg_tickets') }}
)

select
    run_context.as_of,
    times.source,
    times.ticket_id,
    times.measure,
    tickets.customer_id,
    times.query_type,
    tickets.channel,
    times.created_date,
    not times.is_event and tickets.resolved_date is null as is_waiting,
    times.time_basis,
    times.elapsed_minutes,
    times.target_minutes,
    {{ significant('times.elapsed_minutes - times.target_minutes') }} as overrun_minutes
from times
inner join tickets
    on times.source = tickets.source
    and times.ticket_id = tickets.ticket_id
cross join {{ ref('stg_run_context') }} as run_context
order by times.source, times.ticket_id, times.measure
