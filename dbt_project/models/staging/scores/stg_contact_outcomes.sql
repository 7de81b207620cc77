select
    campaign,
    outcome,
    people_count,
    eligible_count
from {{ source('scores', 'contact_outcomes') }}
