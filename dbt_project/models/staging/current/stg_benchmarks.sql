select
    benchmark,
    metric,
    claim,
    value,
    unit,
    source,
    caveat,
    contradicted_by
from {{ source('current', 'benchmarks') }}
