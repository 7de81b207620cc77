with feeds as (
    select * from {{ ref('stg_feed_counts') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    feeds.feed,
    feeds.accepted_units,
    feeds.current_units,
    feeds.superseded_units,
    feeds.after_as_of_units,
    feeds.stale_units,
    feeds.newest_date,
    cast({{ days_between('feeds.newest_date', 'run_context.as_of') }} as bigint)
        as days_since_newest
from feeds
cross join run_context
order by feeds.feed
