-- What a customer let the shop know, as far as it says whether all was well.
select
    'ticket' as contact_kind,
    customer_id,
    created_date as contact_date,
    cast(is_negative as integer) as is_negative,
    0 as is_positive
from {{ ref('stg_tickets') }}
where is_negative is not null
union all
select
    'response' as contact_kind,
    customer_id,
    response_date as contact_date,
    cast(nps_group = 'detractor' as integer) as is_negative,
    cast(nps_group = 'promoter' as integer) as is_positive
from {{ ref('fct_responses') }}
where respondent = 'customer' and nps_group is not null
union all
select
    'review' as contact_kind,
    customer_id,
    review_date as contact_date,
    cast(rating <= 2 as integer) as is_negative,
    cast(rating >= 4 as integer) as is_positive
from {{ ref('stg_reviews') }}
