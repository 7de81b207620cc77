-- Months whose spend is known and over: only there do cost and customers belong together.
with cohorts as (
    select * from {{ ref('acquisition_cost') }}
    where
        is_complete
        and (reason_code is null or reason_code in ('no_new_customers', 'channel_unknown'))
)

select
    cohorts.as_of,
    cohorts.scope,
    cohorts.marketing_channel,
    cohorts.month_start,
    cohorts.numerator as spend_amount,
    acquisitions.customer_id
from cohorts
left join {{ ref('int_acquisitions') }} as acquisitions
    on cohorts.month_start = acquisitions.month_start
    and (
        cohorts.scope = 'all'
        or cohorts.marketing_channel is not distinct from acquisitions.marketing_channel
    )
