-- One row per customer, comparison and length of window, for those watched to its end.
with window_days as (
    select 90 as window_days
    union all
    select 365
),

members as (
    select * from {{ ref('int_loyalty_members') }}
),

windows as (
    select
        'since_first_order' as comparison,
        members.loyalty_group,
        window_days.window_days,
        members.customer_id,
        members.first_order_date as window_start,
        members.first_order_date + window_days.window_days as window_end
    from members
    inner join window_days on members.first_order_date + window_days.window_days <= members.as_of
    {%- for side, first_day, last_day in [
        ('before_joining', 'loyalty_since - window_days.window_days', 'loyalty_since - 1'),
        ('after_joining', 'loyalty_since + 1', 'loyalty_since + window_days.window_days'),
    ] %}
    union all
    -- The day of joining is left out: a purchase is often how one joins.
    select
        'around_joining',
        '{{ side }}',
        window_days.window_days,
        members.customer_id,
        members.{{ first_day }},
        members.{{ last_day }}
    from members
    inner join window_days
        on members.loyalty_since + window_days.window_days <= members.as_of
        and members.loyalty_since - window_days.window_days >= members.first_order_date
    {%- endfor %}
)

select
    windows.comparison,
    windows.loyalty_group,
    windows.window_days,
    windows.customer_id,
    count(occasions.customer_id) as occasion_count,
    coalesce(sum(occasions.net_sales_amount), 0) as net_sales_amount
from windows
left join {{ ref('fct_occasions') }} as occasions
    on windows.customer_id = occasions.customer_id
    and windows.window_start <= occasions.occasion_date
    and windows.window_end >= occasions.occasion_date
group by windows.comparison, windows.loyalty_group, windows.window_days, windows.customer_id
