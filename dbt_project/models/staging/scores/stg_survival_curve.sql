select
    curve,
    band,
    day,
    survival_share,
    at_risk_count
from {{ source('scores', 'survival_curve') }}
