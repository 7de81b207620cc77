with run_context as (
    select * from {{ ref('stg_run_context') }}
),

spend as (
    select
        {{ month_of('marketing_spend.spend_date') }} as month_start,
        lower(trim(marketing_spend.marketing_channel)) as marketing_channel,
        marketing_spend.purpose,
        marketing_spend.spend_date,
        case
            when marketing_spend.currency = run_context.reporting_currency then 1
            else marketing_spend.exchange_rate
        end as exchange_rate,
        marketing_spend.spend_amount
    from {{ ref('stg_marketing_spend') }} as marketing_spend
    cross join run_context
)

select
    month_start,
    marketing_channel,
    purpose,
    {{ money('coalesce(sum(' ~ converted('spend_amount', 'exchange_rate') ~ '), 0)') }} as spend_amount,
    count(*) filter (where exchange_rate is null) as unrated_count
from spend
group by month_start, marketing_channel, purpose
