-- Channels and customers of unknown channel add to all, all to the feed; what customers of costed
-- months bear adds to the spend of those months, to the rounding of a share.
with costs as (
    select
        coalesce(sum(numerator) filter (where scope = 'all'), 0) as all_amount,
        coalesce(sum(numerator) filter (where scope <> 'all'), 0) as parts_amount,
        coalesce(sum(denominator) filter (where scope = 'all'), 0) as all_count,
        coalesce(sum(denominator) filter (where scope <> 'all'), 0) as parts_count
    from {{ ref('acquisition_cost') }}
),

feed as (
    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('int_spend_month') }}
    where purpose = 'acquisition'
),

mix as (
    select coalesce(sum(acquisition_amount), 0) as spend_amount from {{ ref('spend_mix') }}
),

costed as (
    select month_start, numerator, denominator from {{ ref('acquisition_cost') }}
    where scope = 'all' and reason_code is null
),

borne as (
    select acquisition_month as month_start, sum(acquisition_cost_amount) as cost_amount
    from {{ ref('clv_net') }}
    group by acquisition_month
)

select null as month_start, costs.all_amount, costs.parts_amount
from costs
cross join feed
cross join mix
where
    costs.all_amount <> costs.parts_amount
    or costs.all_count <> costs.parts_count
    or costs.all_amount <> feed.spend_amount
    or costs.all_amount <> mix.spend_amount
union all
select costed.month_start, costed.numerator, borne.cost_amount
from costed
left join borne on costed.month_start = borne.month_start
where
    borne.cost_amount is null
    or abs(costed.numerator - borne.cost_amount) > 0.0001 * costed.denominator
