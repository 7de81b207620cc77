with times as (
    select
        *,
        judged_count - breach_count as within_target_count
    from {{ ref('stg_response_times') }}
)

select
    run_context.as_of,
    times.period_type,
    times.period_start,
    times.period_end,
    times.query_type,
    times.measure,
    times.time_basis,
    times.ticket_count,
    times.event_count,
    times.censored_count,
    times.unknown_count,
    times.median_minutes,
    times.median_status,
    times.p90_minutes,
    times.p90_status,
    times.judged_count,
    times.within_target_count,
    times.breach_count,
    {{ rate('times.within_target_count', 'times.judged_count') }} as within_target_share,
    {{ wilson_bound('times.within_target_count', 'times.judged_count', '-') }}
        as within_target_share_low,
    {{ wilson_bound('times.within_target_count', 'times.judged_count', '+') }}
        as within_target_share_high,
    times.ticket_count < 30 as is_small_sample,
    times.reason_code
from times
cross join {{ ref('stg_run_context') }} as run_context
order by times.period_type, times.period_start, times.query_type, times.measure
