with changes as (
    select * from {{ ref('stg_identity_changes') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
)

select
    run_context.as_of,
    changes.changed_on,
    changes.kind,
    changes.old_customer_id,
    changes.new_customer_id,
    changes.old_since,
    changes.new_since,
    {{ month_of('changes.old_since') }} as old_cohort_month,
    {{ month_of('changes.new_since') }} as new_cohort_month
from changes
cross join run_context
order by changes.changed_on, changes.kind, changes.old_customer_id, changes.new_customer_id
