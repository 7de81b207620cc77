-- Nobody is both back and gone; who repeats inside a window repeats ever; and a share's interval
-- holds the share.
with shares as (
    select * from {{ ref('repeat_purchase') }}
)

select one.metric, one.period_type, one.period_end, other.metric as other_metric
from shares as one
inner join shares as other
    on one.period_type = other.period_type
    and one.period_end = other.period_end
    and one.window_days is not distinct from other.window_days
where
    (
        one.metric = 'repeat_within' and other.metric = 'one_and_done'
        and (
            one.numerator + other.numerator <> one.denominator
            or abs(one.rate + other.rate - 1) > 1e-9
        )
    )
    or (
        one.metric = 'repeat_in_window' and other.metric = 'returning_rate_shopify'
        and (one.numerator > other.numerator or one.denominator <> other.denominator)
    )
    or (
        one.metric = 'returning_customer_share' and other.metric = 'returning_rate_shopify'
        and one.numerator > other.numerator
    )
union all
select metric, period_type, period_end, null as other_metric
from shares
where
    (rate is null) <> (reason_code is not null)
    or rate < interval_low - 1e-9
    or rate > interval_high + 1e-9
