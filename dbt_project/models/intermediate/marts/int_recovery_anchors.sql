with occasions as (
    select * from {{ ref('fct_occasions') }}
),

-- A person's first complaint; later ones come from whoever has been through this before.
complaints as (
    select
        customer_id,
        created_date,
        resolved_date
    from {{ ref('stg_tickets') }}
    where is_negative and customer_id is not null
    qualify row_number() over (partition by customer_id order by created_at, source, ticket_id) = 1
),

-- Only who had bought before complaining can come back.
complained as (
    select
        complaints.customer_id,
        complaints.created_date as anchor_date,
        case
            when complaints.resolved_date <= complaints.created_date + 90 then 'resolved_complaint'
            else 'unresolved_complaint'
        end as recovery_group
    from complaints
    where exists (
        select 1 from occasions
        where
            occasions.customer_id = complaints.customer_id
            and occasions.occasion_date <= complaints.created_date
    )
),

-- Whoever bought in a month in which somebody complained, and never wrote: once in each such
-- month, since who buys more often has more occasions to complain too.
silent as (
    select
        customer_id,
        min(occasion_date) as anchor_date,
        'no_complaint' as recovery_group
    from occasions
    where
        {{ month_of('occasion_date') }} in (
            select {{ month_of('anchor_date') }} from complained
        )
        and customer_id not in (
            select customer_id from {{ ref('stg_tickets') }}
            where customer_id is not null
        )
    group by customer_id, {{ month_of('occasion_date') }}
),

anchors as (
    select customer_id, anchor_date, recovery_group from complained
    union all
    select customer_id, anchor_date, recovery_group from silent
)

select
    anchors.recovery_group,
    anchors.customer_id,
    anchors.anchor_date,
    coalesce(min(occasions.occasion_date) <= anchors.anchor_date + 90, false) as has_returned
from anchors
cross join {{ ref('stg_run_context') }} as run_context
left join occasions
    on anchors.customer_id = occasions.customer_id
    and anchors.anchor_date < occasions.occasion_date
where run_context.as_of - 90 >= anchors.anchor_date
group by anchors.recovery_group, anchors.customer_id, anchors.anchor_date
