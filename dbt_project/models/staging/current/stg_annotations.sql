select
    source,
    starts_on,
    ends_on,
    kind,
    title
from {{ source('current', 'annotations') }}
