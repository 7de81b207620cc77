-- E = S - lost + reactivated + N, and who was there at the start was either kept or lost.
select retention.period_type, retention.period_start, retention.active_days
from {{ ref('retention_period') }} as retention
inner join {{ ref('churn_period') }} as churn
    on retention.period_type = churn.period_type
    and retention.period_start = churn.period_start
    and retention.active_days = churn.active_days
where
    retention.customers_at_end <> retention.customers_at_start - retention.customers_lost
        + retention.customers_reactivated + retention.customers_acquired
    or retention.customers_at_start <> retention.customers_retained + retention.customers_lost
    or abs(retention.true_retention_rate + churn.period_churn_rate - 1) > 1e-9
    or abs(
        retention.classic_retention_rate - retention.true_retention_rate
        - retention.customers_reactivated / retention.customers_at_start
    ) > 1e-9
    or retention.true_retention_rate not between retention.interval_low - 1e-9
        and retention.interval_high + 1e-9
    or (retention.true_retention_rate is null) <> (retention.reason_code is not null)
