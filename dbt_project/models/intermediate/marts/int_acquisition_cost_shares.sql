-- Spend of a channel falls on its own new customers. What no channel's customers can bear falls
-- on those of unknown origin, else on all of the month, so that the parts add to the spend.
with cells as (
    select
        *,
        sum(numerator) filter (where scope = 'channel' and denominator = 0) over of_month
            as homeless_amount,
        coalesce(sum(denominator) filter (where scope = 'unattributed') over of_month, 0)
            as unattributed_count,
        sum(denominator) filter (where scope = 'all') over of_month as month_count,
        max(reason_code) filter (where scope = 'all') over of_month as month_reason_code
    from {{ ref('acquisition_cost') }}
    window of_month as (partition by month_start)
),

shares as (
    select
        *,
        case when scope = 'channel' then numerator else 0 end as own_amount,
        case
            when scope = 'unattributed' or unattributed_count = 0
                then coalesce(homeless_amount, 0)
            else 0
        end as shared_amount,
        case when scope = 'unattributed' then unattributed_count else month_count end
            as sharing_count
    from cells
    where scope <> 'all' and denominator > 0
)

select
    month_start,
    marketing_channel,
    case
        when month_reason_code = 'no_spend_in_period' then 'acquired_outside_spend_history'
        else month_reason_code
    end as reason_code,
    {{ money(
        divided_half_up('own_amount', 'denominator') ~ ' + '
        ~ divided_half_up('shared_amount', 'sharing_count')
    ) }} as acquisition_cost_amount
from shares
