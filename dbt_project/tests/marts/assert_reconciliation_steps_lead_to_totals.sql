-- From the export's totals each step leads to the next total, in both currencies, to the cent.
with walked as (
    select
        *,
        sum(case when not is_total or step = 'export_total' then source_amount else 0 end) over so_far
            as source_to_date,
        sum(case when not is_total or step = 'export_total' then amount else 0 end) over so_far
            as amount_to_date
    from {{ ref('revenue_reconciliation') }}
    window so_far as (
        partition by source, currency order by position
        rows between unbounded preceding and current row
    )
)

select source, currency, step, source_amount, source_to_date, amount, amount_to_date
from walked
where
    (is_total and (source_amount <> source_to_date or amount <> amount_to_date))
    or (step = 'rounding_of_conversion' and source_amount <> 0)
