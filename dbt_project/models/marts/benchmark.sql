select
    run_context.as_of,
    benchmarks.benchmark,
    benchmarks.metric,
    benchmarks.claim,
    benchmarks.value,
    benchmarks.unit,
    benchmarks.source,
    benchmarks.caveat,
    benchmarks.contradicted_by
from {{ ref('stg_benchmarks') }} as benchmarks
cross join {{ ref('stg_run_context') }} as run_context
order by benchmarks.benchmark
