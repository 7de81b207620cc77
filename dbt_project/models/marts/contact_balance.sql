with contacts as (
    select * from {{ ref('int_contacts__weighed') }}
),

-- The shop's row counts contacts of people nobody knows as well; it is there without any contact.
scoped as (
    select customer_id, contact_kind, contact_date, is_negative, is_positive
    from contacts
    where customer_id is not null
    union all
    select 'all' as customer_id, contact_kind, contact_date, is_negative, is_positive
    from contacts
    union all
    select 'all' as customer_id, null, null, 0, 0
),

counted as (
    select
        customer_id,
        count(contact_kind) as contact_count,
        cast(sum(is_negative) as bigint) as negative_count,
        cast(sum(is_positive) as bigint) as positive_count,
        {%- for kind in ['ticket', 'response', 'review'] %}
        cast(coalesce(sum(is_negative) filter (where contact_kind = '{{ kind }}'), 0) as bigint)
            as negative_{{ kind }}_count,
        {%- endfor %}
        max(contact_date) as last_contact_date
    from scoped
    group by customer_id
)

select
    run_context.as_of,
    counted.*,
    {{ rate('counted.negative_count', 'counted.positive_count') }} as negative_per_positive,
    greatest(5 * counted.negative_count - counted.positive_count, 0) as positives_short_of_five_to_one,
    counted.contact_count < 30 as is_small_sample,
    case
        when counted.contact_count = 0 then 'no_contacts_known'
        when counted.positive_count = 0 then 'no_positive_contact'
    end as reason_code
from counted
cross join {{ ref('stg_run_context') }} as run_context
order by counted.customer_id
