with comparison as (
    select * from {{ ref('vendor_comparison') }}
)

select * from comparison
order by vendor, figure, period_type
