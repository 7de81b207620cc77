with months as (
    select * from {{ ref('revenue_month') }}
    where is_complete
)

select * from months
where month_start > {{ month_after(month_of('as_of + 1'), -26) }}
order by month_start
