select * from {{ ref('annotation_month') }}
order by month_start, starts_on, kind, title, source
