-- Everyone with a purchase is in one named segment, and nobody else is in any.
select customers.customer_id, scores.customer_id as scored_customer_id, scores.segment
from (select customer_id from {{ ref('dim_customers') }} where occasion_count > 0) as customers
full outer join {{ ref('stg_customer_segments') }} as scores
    on customers.customer_id = scores.customer_id
left join {{ ref('rfm_segments') }} as names on scores.segment = names.segment
where customers.customer_id is null or scores.customer_id is null or names.segment is null
union all
select customer_id, customer_id as scored_customer_id, min(segment) as segment
from {{ ref('stg_customer_segments') }}
group by customer_id
having count(*) > 1
