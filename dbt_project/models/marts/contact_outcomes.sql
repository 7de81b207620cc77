select
    run_context.as_of,
    outcomes.campaign,
    outcomes.outcome,
    outcomes.people_count,
    outcomes.eligible_count,
    {{ rate('outcomes.people_count', 'outcomes.eligible_count') }} as share
from {{ ref('stg_contact_outcomes') }} as outcomes
cross join {{ ref('stg_run_context') }} as run_context
order by outcomes.campaign, outcomes.outcome
