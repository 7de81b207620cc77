-- The kinds of later occasions add to all of them, those of newcomers to the repeaters in 90 days.
with added as (
    select metric, period_type, period_start, sum(numerator) as numerator, max(denominator) as denominator
    from {{ ref('repurchase_kind') }}
    where metric <> 'next_within_90'
    group by metric, period_type, period_start
),

expected as (
    select
        count(*) filter (where occasions.occasion_number > 1) as later_count,
        count(*) filter (
            where
            occasions.occasion_number = 2
            and occasions.days_since_previous <= 90
            and occasions.previous_occasion_date + 90 <= run_context.as_of
        ) as repeater_count
    from {{ ref('fct_occasions') }} as occasions
    cross join {{ ref('stg_run_context') }} as run_context
)

select added.metric, added.period_start, added.numerator, added.denominator
from added
cross join expected
where
    (added.metric = 'occasion_share' and added.numerator <> added.denominator)
    or (added.period_type = 'lifetime' and added.denominator <> expected.later_count)
    or (
        added.metric = 'first_repurchase_within_90'
        and added.numerator <> expected.repeater_count
    )
union all
select 'months', null, sum(added.denominator), max(expected.later_count)
from added
cross join expected
where added.period_type = 'month'
having sum(added.denominator) <> max(expected.later_count)
