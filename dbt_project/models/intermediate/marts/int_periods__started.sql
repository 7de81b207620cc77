with months as (
    select * from {{ ref('int_months') }}
),

quarters as (
    select distinct
        as_of,
        first_order_date,
        {{ quarter_of('month_start') }} as period_start
    from months
),

periods as (
    select
        as_of,
        first_order_date,
        'month' as period_type,
        month_start as period_start,
        month_end as period_end
    from months
    union all
    select
        as_of,
        first_order_date,
        'quarter' as period_type,
        period_start,
        {{ month_after('period_start', 3) }} - 1 as period_end
    from quarters
)

select
    *,
    period_end <= as_of as is_complete
from periods
