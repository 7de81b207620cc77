-- Outside the months that the spend feed covers, spend is not zero but unknown.
with run_context as (
    select * from {{ ref('stg_run_context') }}
),

months as (
    select month_start from {{ ref('int_months') }}
    union
    select month_start from {{ ref('int_spend_month') }}
),

history as (
    select
        min(month_start) as first_month,
        max(month_start) as last_month
    from {{ ref('int_spend_month') }}
),

shop as (
    select min(first_order_date) as first_order_date from {{ ref('int_months') }}
)

select
    run_context.as_of,
    months.month_start,
    last_day(months.month_start) as period_end,
    last_day(months.month_start) <= run_context.as_of as is_complete,
    case
        when history.first_month is null then 'no_spend_feed'
        when months.month_start < history.first_month or months.month_start > history.last_month
            then 'no_spend_in_period'
    end as spend_reason_code,
    -- Who seems new may be old where the shop is older than its data.
    not run_context.history_is_complete
    and months.month_start < shop.first_order_date + cast(run_context.headline_active_days as integer)
        as is_newness_unknown
from months
cross join run_context
cross join history
cross join shop
