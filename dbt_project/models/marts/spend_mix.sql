with periods as (
    select * from {{ ref('int_spend_periods') }}
),

spend as (
    select
        month_start,
        sum(spend_amount) filter (where purpose = 'acquisition') as acquisition_amount,
        sum(spend_amount) filter (where purpose = 'retention') as retention_amount,
        sum(unrated_count) as unrated_count
    from {{ ref('int_spend_month') }}
    group by month_start
),

summed as (
    select
        periods.*,
        {{ money('coalesce(spend.acquisition_amount, 0)') }} as numerator,
        {{ money('coalesce(spend.retention_amount, 0)') }} as retention_amount,
        {{ money('coalesce(spend.acquisition_amount, 0) + coalesce(spend.retention_amount, 0)') }}
            as denominator,
        coalesce(spend.unrated_count, 0) as unrated_count
    from periods
    left join spend on periods.month_start = spend.month_start
),

judged as (
    select
        *,
        case
            when spend_reason_code is not null then spend_reason_code
            when unrated_count > 0 then 'no_exchange_rate'
            when denominator = 0 then 'no_spend_in_period'
        end as reason_code
    from summed
)

select
    as_of,
    month_start,
    period_end,
    is_complete,
    numerator as acquisition_amount,
    retention_amount,
    numerator,
    denominator,
    case when reason_code is null then {{ rate('numerator', 'denominator') }} end
        as acquisition_share,
    case when reason_code is null then {{ rate('retention_amount', 'denominator') }} end
        as retention_share,
    reason_code
from judged
order by month_start
