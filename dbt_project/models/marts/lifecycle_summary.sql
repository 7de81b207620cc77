with states as (
    select
        unnest(['prospect', 'new', 'active', 'at_risk', 'lapsed', 'reactivated']) as state
),

counted as (
    select
        state,
        count(*) as customer_count
    from {{ ref('customer_lifecycle') }}
    group by state
)

select
    run_context.as_of,
    states.state,
    coalesce(counted.customer_count, 0) as customer_count,
    cast(sum(coalesce(counted.customer_count, 0)) over () as bigint) as all_customer_count,
    {{ rate('coalesce(counted.customer_count, 0)', 'sum(coalesce(counted.customer_count, 0)) over ()') }}
        as customer_share,
    case when sum(coalesce(counted.customer_count, 0)) over () = 0 then 'no_customers' end
        as reason_code
from states
left join counted on states.state = counted.state
cross join {{ ref('stg_run_context') }} as run_context
order by states.state
