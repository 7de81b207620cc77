with months as (
    select * from {{ ref('int_months') }}
    where is_complete
),

notes as (
    select
        *,
        greatest(starts_on, coalesce(ends_on, starts_on)) as last_day_on
    from {{ ref('stg_annotations') }}
),

shared as (
    select
        months.as_of,
        months.month_start,
        months.month_end,
        notes.starts_on,
        notes.last_day_on as ends_on,
        notes.kind,
        notes.title,
        notes.source,
        greatest(notes.starts_on, months.month_start) as first_shared_day,
        least(notes.last_day_on, months.month_end) as last_shared_day
    from months
    inner join notes
        on months.month_end >= notes.starts_on
        and months.month_start <= notes.last_day_on
)

select
    as_of,
    month_start,
    month_end,
    starts_on,
    ends_on,
    kind,
    title,
    source,
    cast({{ days_between('first_shared_day', 'last_shared_day') }} + 1 as bigint) as days_in_month
from shared
order by month_start, starts_on, kind, title, source
