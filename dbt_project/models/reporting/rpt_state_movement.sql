with run_context as (
    select * from {{ ref('stg_run_context') }}
),

transitions as (
    select * from {{ ref('lifecycle_transitions') }}
),

placed as (
    select
        transitions.*,
        'week' as period_type,
        {{ week_of('transitions.transition_date', 'run_context.week_start') }} as period_start,
        {{ week_of('transitions.transition_date', 'run_context.week_start') }} + 6 as period_end,
        {{ week_of('run_context.as_of + 1', 'run_context.week_start') }} - 371 as first_start
    from transitions
    cross join run_context
    union all
    select
        transitions.*,
        'month',
        {{ month_of('transitions.transition_date') }},
        last_day(transitions.transition_date),
        {{ month_after(month_of('run_context.as_of + 1'), -13) }}
    from transitions
    cross join run_context
),

-- A customer who moved twice in a period is counted once, from where they were to where they came.
moved as (
    select
        as_of,
        period_type,
        period_start,
        period_end,
        customer_id,
        arg_min(from_state, transition_date) as from_state,
        arg_max(to_state, transition_date) as to_state
    from placed
    where period_end <= as_of and period_start >= first_start
    group by as_of, period_type, period_start, period_end, customer_id
)

select
    as_of,
    period_type,
    period_start,
    period_end,
    from_state,
    to_state,
    count(*) as customer_count
from moved
where from_state <> to_state
group by as_of, period_type, period_start, period_end, from_state, to_state
order by period_type, period_start, from_state, to_state
