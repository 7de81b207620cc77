with platforms as (
    select
        platform,
        min(review_date) as period_start,
        count(*) as review_count,
        cast(sum(rating) as bigint) as rating_sum,
        count(*) filter (where rating = 1) as one_star_count
    from {{ ref('stg_reviews') }}
    group by platform
)

-- ceil((r - 1) / (5 - r)) with r = sum / count, in whole numbers: a / b rounded up is (a + b - 1) // b.
select
    run_context.as_of,
    platforms.platform,
    platforms.period_start,
    platforms.review_count,
    platforms.rating_sum,
    platforms.one_star_count,
    {{ rate('platforms.rating_sum', 'platforms.review_count') }} as rating,
    case when platforms.rating_sum < 5 * platforms.review_count
        then (
            (4 * platforms.review_count - 1)
            // (5 * platforms.review_count - platforms.rating_sum)
        )
    end as five_stars_per_one_star,
    platforms.review_count < 30 as is_small_sample,
    case when platforms.rating_sum = 5 * platforms.review_count
        then 'no_review_regains_five_stars'
    end as reason_code
from platforms
cross join {{ ref('stg_run_context') }} as run_context
order by platforms.platform
