select
    theme,
    position,
    said_on,
    score_group,
    language,
    comment
from {{ source('scores', 'comment_quotes') }}
