-- Twenty steps of a round width hold all but the topmost twentieth, who share the last, open one.
with customers as (
    select
        as_of,
        historic_clv_amount
    from {{ ref('clv') }}
),

spread as (
    select
        as_of,
        greatest(quantile_disc(historic_clv_amount, 0.95), 0) as high_amount,
        greatest(cast(quantile_disc(historic_clv_amount, 0.95) as double) / 20, 0.01) as least_width,
        min(historic_clv_amount) < 0 as has_negative
    from customers
    group by as_of
),

rounded as (
    select
        spread.*,
        min({{ money('steps.step * power(10, floor(log10(spread.least_width)))') }}) as width
    from spread
    cross join (select unnest([1, 2, 5, 10]) as step) as steps
    where steps.step * power(10, floor(log10(spread.least_width))) >= spread.least_width * 0.999999
    group by all
),

numbered as (
    select
        *,
        unnest(range(
            case when has_negative then -1 else 0 end,
            cast(ceil(high_amount / width) as bigint) + 1
        )) as bucket_number
    from rounded
),

buckets as (
    select
        as_of,
        case when bucket_number >= 0 then {{ money('bucket_number * width') }} end as bucket_low,
        case
            when bucket_number < max(bucket_number) over ()
                then {{ money('(bucket_number + 1) * width') }}
        end as bucket_high
    from numbered
)

select
    buckets.as_of,
    buckets.bucket_low,
    buckets.bucket_high,
    count(customers.historic_clv_amount) as customer_count,
    {{ money('coalesce(sum(customers.historic_clv_amount), 0)') }} as amount
from buckets
left join customers
    on coalesce(customers.historic_clv_amount >= buckets.bucket_low, true)
    and coalesce(customers.historic_clv_amount < buckets.bucket_high, true)
group by buckets.as_of, buckets.bucket_low, buckets.bucket_high
order by buckets.bucket_low nulls first
