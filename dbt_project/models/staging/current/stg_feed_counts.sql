select
    feed,
    accepted_units,
    current_units,
    superseded_units,
    after_as_of_units,
    stale_units,
    newest_date
from {{ source('current', 'feed_counts') }}
