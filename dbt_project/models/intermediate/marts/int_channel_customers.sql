-- Months whose spend is known and over: only there do cost and customers belong together.
with cohorts as (
    select * from {{ ref('acquisition_cost') }}
    where
        is_complete
        and coalesce(reason_code, 'none') in (
            'none', 'no_new_customers', 'channel_unknown', 'no_channel_on_orders'
        )
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
