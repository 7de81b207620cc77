with reviews as (
    select
        *,
        {{ month_of('review_date') }} as month_start
    from {{ ref('stg_reviews') }}
),

scoped as (
    select * from reviews
    union all
    select * replace ('all' as platform) from reviews
),

-- Every month from a platform's first review on, the silent ones too.
first_months as (
    select platform, min(month_start) as first_month
    from scoped
    group by platform
),

months as (
    select month_start from {{ ref('int_months') }}
    union
    select month_start from reviews
),

counted as (
    select
        first_months.platform,
        months.month_start,
        last_day(months.month_start) as month_end,
        count(scoped.review_id) as review_count,
        count(*) filter (where not scoped.is_solicited) as stated_organic_count,
        count(*) filter (where scoped.is_solicited) as stated_solicited_count,
        cast(coalesce(sum(scoped.rating), 0) as bigint) as rating_sum
        {%- for stars in range(1, 6) %},
        count(*) filter (where scoped.rating = {{ stars }}) as rating_{{ stars }}_count
        {%- endfor %}
    from first_months
    inner join months on first_months.first_month <= months.month_start
    left join scoped
        on first_months.platform = scoped.platform
        and months.month_start = scoped.month_start
    group by first_months.platform, months.month_start
),

judged as (
    select
        *,
        review_count - stated_organic_count - stated_solicited_count as unknown_origin_count,
        review_count > 0 and stated_organic_count + stated_solicited_count = 0 as is_origin_unknown
    from counted
)

select
    run_context.as_of,
    judged.platform,
    judged.month_start,
    judged.month_end,
    run_context.as_of >= judged.month_end as is_complete,
    judged.review_count,
    case when not judged.is_origin_unknown then judged.stated_organic_count end as organic_count,
    case when not judged.is_origin_unknown then judged.stated_solicited_count end
        as solicited_count,
    judged.unknown_origin_count,
    judged.rating_sum,
    {{ rate('judged.rating_sum', 'judged.review_count') }} as average_rating,
    {%- for stars in range(1, 6) %}
    judged.rating_{{ stars }}_count,
    {%- endfor %}
    judged.review_count < 30 as is_small_sample,
    case
        when judged.review_count = 0 then 'no_reviews'
        when judged.is_origin_unknown then 'origin_not_stated'
    end as reason_code
from judged
cross join {{ ref('stg_run_context') }} as run_context
order by judged.platform, judged.month_start
