-- The last complete week and the two it is compared with, and the 90 days that end when they do.
with history as (
    select distinct first_order_date from {{ ref('int_months') }}
),

ends as (
    select
        run_context.week_start as first_weekday,
        cast(run_context.headline_active_days as integer) as active_days,
        {{ week_of('run_context.as_of + 1', 'run_context.week_start') }} - 1 as last_day,
        unnest(['latest', 'previous', 'year_ago']) as standing,
        unnest([0, 7, 364]) as week_days_back,
        unnest([0, 90, 364]) as trailing_days_back
    from {{ ref('stg_run_context') }} as run_context
),

weeks as (
    select
        ends.standing,
        ends.active_days,
        history.first_order_date,
        ends.last_day - ends.week_days_back - 6 as week_start,
        ends.last_day - ends.week_days_back as week_end,
        'trailing_90' as period_type,
        ends.last_day - ends.trailing_days_back - 89 as period_start,
        ends.last_day - ends.trailing_days_back as period_end,
        coalesce(
            ends.last_day - ends.week_days_back
            >= {{ week_of('history.first_order_date', 'ends.first_weekday') }},
            false
        ) as has_begun
    from ends
    left join history on true
),

sales as (
    select
        weeks.standing,
        count(orders.order_id) as order_count,
        count(*) filter (where orders.is_identified) as identified_order_count,
        coalesce(sum(orders.net_sales_amount), 0) as net_sales_amount,
        coalesce(sum(orders.net_sales_amount) filter (where orders.is_identified), 0) as identified_amount,
        coalesce(sum(orders.net_sales_amount) filter (where orders.occasion_number > 1), 0)
            as existing_amount
    from weeks
    left join {{ ref('fct_orders') }} as orders
        on orders.order_date between weeks.week_start and weeks.week_end
        and orders.is_valid_order
    group by weeks.standing
),

customers as (
    select
        weeks.standing,
        occasions.customer_id,
        bool_or(occasions.occasion_date < weeks.week_start) as was_active,
        bool_or(occasions.occasion_date > weeks.week_end - weeks.active_days) as is_active
    from weeks
    left join {{ ref('fct_occasions') }} as occasions
        on occasions.occasion_date between weeks.week_start - weeks.active_days and weeks.week_end
    group by weeks.standing, occasions.customer_id
),

activity as (
    select
        standing,
        count(*) filter (where was_active) as customers_at_start,
        count(*) filter (where was_active and is_active) as customers_retained,
        count(*) filter (where is_active) as customers_at_end
    from customers
    group by standing
),

answers as (
    select
        weeks.standing,
        count(answers.answer) as response_count,
        count(*) filter (where answers.answer >= 9) as promoter_count,
        count(*) filter (where answers.answer <= 6) as detractor_count
    from weeks
    left join ({{ standing_answers('weeks') }}) as answers
        on weeks.period_start = answers.period_start
        and answers.metric = 'nps'
        and answers.survey_id = 'all'
        and answers.respondent = 'customer'
    group by weeks.standing
)

select *
from weeks
inner join sales using (standing)
inner join activity using (standing)
inner join answers using (standing)
