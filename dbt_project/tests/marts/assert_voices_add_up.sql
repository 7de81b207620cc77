-- Promoters, passives and detractors are everybody; so are the four ways to speak of a theme.
select 'nps' as mart, survey_id as what, period_type, period_end
from {{ ref('nps') }}
where promoter_count + passive_count + detractor_count <> response_count
union all
select 'themes' as mart, theme as what, period_type, period_end
from {{ ref('themes') }}
where
    positive_count + negative_count + mixed_count + neutral_count <> mention_count
    or mention_count > comment_count
    or people_count + unknown_respondent_count > mention_count
    or asking_people_count > people_count
union all
select 'review_month' as mart, platform as what, 'month' as period_type, month_end as period_end
from {{ ref('review_month') }}
where
    rating_1_count + rating_2_count + rating_3_count + rating_4_count + rating_5_count
    <> review_count
    or coalesce(organic_count + solicited_count + unknown_origin_count, review_count) <> review_count
