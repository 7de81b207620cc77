-- Every rule has its row. And where no row of the window is of a kind that the rules treat
-- differently, rules that look at nothing but the window agree with Suki to the last digit.
select vendor, figure, period_type
from {{ ref('vendor_comparison') }}
where
    vendor in ('little_stream', 'klaviyo')
    and cancelled_order_count + zero_value_order_count + refunded_order_count
    + other_invalid_order_count + same_day_order_count + merged_customer_count = 0
    and abs(difference) > 1e-9
union all
select vendor, figure, period_type
from {{ ref('vendor_comparison') }}
where (rate is null) <> (reason_code is not null) or (suki_rate is null) <> (suki_reason_code is not null)
union all
select rules.vendor, rules.figure, null as period_type
from {{ ref('vendor_rules') }} as rules
left join {{ ref('vendor_comparison') }} as comparison
    on rules.vendor = comparison.vendor
    and rules.figure = comparison.figure
where rules.scope = 'window' and comparison.vendor is null
