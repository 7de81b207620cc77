-- Net sales of all monthly cells are the net sales of all occasions.
select cells.net_sales_amount, occasions.net_sales_amount as expected_amount
from (
    select coalesce(sum(net_sales_amount), 0) as net_sales_amount from {{ ref('retention_cohort') }}
    where cohort_grain = 'month'
) as cells
cross join (
    select coalesce(sum(net_sales_amount), 0) as net_sales_amount from {{ ref('fct_occasions') }}
) as occasions
where cells.net_sales_amount <> occasions.net_sales_amount
