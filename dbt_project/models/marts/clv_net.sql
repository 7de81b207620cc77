with costed_until as (
    select max(spend_date) as cost_known_until from {{ ref('stg_marketing_spend') }}
),

unrated as (
    select coalesce(sum(unrated_count), 0) > 0 as has_unrated_retention
    from {{ ref('int_spend_month') }}
    where purpose = 'retention'
),

customers as (
    select
        run_context.as_of,
        margins.customer_id,
        acquisitions.month_start as acquisition_month,
        acquisitions.marketing_channel,
        margins.net_sales_amount,
        margins.margin_amount,
        case when shares.reason_code is null then shares.acquisition_cost_amount end
            as acquisition_cost_amount,
        case
            when costed_until.cost_known_until is not null and not unrated.has_unrated_retention
                then {{ money('coalesce(marketing.marketing_cost_amount, 0)') }}
        end as marketing_cost_amount,
        clv.predicted_margin_amount,
        costed_until.cost_known_until,
        case
            when margins.margin_amount is null then 'no_margin'
            when shares.reason_code is not null then shares.reason_code
            when unrated.has_unrated_retention then 'no_exchange_rate'
        end as reason_code
    from {{ ref('int_customer_margins') }} as margins
    inner join {{ ref('int_acquisitions') }} as acquisitions
        on margins.customer_id = acquisitions.customer_id
    cross join {{ ref('stg_run_context') }} as run_context
    cross join costed_until
    cross join unrated
    left join {{ ref('int_acquisition_cost_shares') }} as shares
        on acquisitions.month_start = shares.month_start
        and acquisitions.marketing_channel is not distinct from shares.marketing_channel
    left join {{ ref('int_marketing_cost_shares') }} as marketing
        on margins.customer_id = marketing.customer_id
    left join {{ ref('clv') }} as clv on margins.customer_id = clv.customer_id
)

select
    as_of,
    customer_id,
    acquisition_month,
    marketing_channel,
    net_sales_amount,
    margin_amount,
    acquisition_cost_amount,
    marketing_cost_amount,
    case when reason_code is null
        then {{ money('margin_amount - acquisition_cost_amount - marketing_cost_amount') }}
    end as clv_net_amount,
    predicted_margin_amount,
    cost_known_until,
    reason_code
from customers
order by customer_id
