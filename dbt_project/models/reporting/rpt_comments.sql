select
    run_context.as_of,
    quotes.theme,
    quotes.position,
    quotes.said_on,
    quotes.score_group,
    quotes.language,
    quotes.comment
from {{ ref('stg_comment_quotes') }} as quotes
cross join {{ ref('stg_run_context') }} as run_context
order by quotes.theme, quotes.position
