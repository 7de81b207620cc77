select
    source,
    response_id,
    theme,
    polarity,
    language
from {{ source('scores', 'response_themes') }}
