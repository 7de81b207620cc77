select
    segment,
    observed_on,
    customer_count,
    entered_count,
    left_count
from {{ source('scores', 'segment_trend') }}
