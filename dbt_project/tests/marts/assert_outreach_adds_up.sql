-- Everybody with a reason to be contacted has one outcome, and everybody in the log one segment and group.
select campaign, max(eligible_count) as expected_count, sum(people_count) as found_count
from {{ ref('contact_outcomes') }}
group by campaign
having sum(people_count) <> max(eligible_count) or min(eligible_count) <> max(eligible_count)
union all
select logged.campaign, logged.people_count, coalesce(response.people_count, 0)
from (
    select campaign, count(distinct customer_id) as people_count
    from {{ ref('stg_contact_log') }}
    where channel <> 'review'
    group by campaign
) as logged
left join (
    select
        campaign,
        sum(
            treated_count + treated_immature_count + held_out_count + held_out_immature_count
            + excluded_in_both_count + unconfirmed_count
        ) as people_count
    from {{ ref('campaign_segment_response') }}
    group by campaign
) as response on logged.campaign = response.campaign
where logged.people_count is distinct from response.people_count
