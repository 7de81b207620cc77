select
    level,
    item,
    pair_count,
    share_variance,
    regularity,
    is_regular,
    reason_code
from {{ source('scores', 'regularity') }}
