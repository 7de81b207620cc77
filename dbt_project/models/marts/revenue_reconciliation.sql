{#- Name of the step, whether it is a total, which orders, sign and amount (twice: in order currency
    with the prefix source_, and in reporting currency). -#}
{%- set reasons = ['test', 'cancelled', 'voided', 'exchange', 'staff', 'return', 'zero_value',
    'fully_refunded', 'no_exchange_rate'] -%}
{%- set steps = [
    ('export_total', true, 'is_total_stated', '{0}total_amount'),
    ('orders_without_total', false, 'not is_total_stated', '{0}parts_amount'),
    ('tax', false, '{0}tax_amount <> 0', '-{0}tax_amount'),
    ('shipping', false, '{0}shipping_amount <> 0', '-{0}shipping_amount'),
    ('fees_and_gift_cards', false, '{0}fee_amount <> 0', '-{0}fee_amount'),
    ('difference_of_totals', false, 'is_total_stated and {0}total_amount <> {0}parts_amount',
        '{0}parts_amount - {0}total_amount'),
    ('discounts_added_back', false, '{0}discount_amount <> 0', '{0}discount_amount'),
    ('rounding_of_conversion', false, 'true',
        '{0}gross_amount - {0}discount_amount + {0}tax_amount + {0}shipping_amount + {0}fee_amount'
        ~ ' - {0}parts_amount'),
    ('gross_of_all_orders', true, 'true', '{0}gross_amount'),
] -%}
{%- for reason in reasons -%}
    {%- do steps.append(
        ('invalid_' ~ reason, false, "invalid_reason = '" ~ reason ~ "'", '-{0}gross_amount')
    ) -%}
{%- endfor -%}
{%- do steps.extend([
    ('gross_sales', true, 'is_valid_order', '{0}gross_amount'),
    ('discounts', false, 'is_valid_order and {0}discount_amount <> 0', '-{0}discount_amount'),
    ('returns', false, 'is_valid_order and {0}returns_amount <> 0', '-{0}returns_amount'),
    ('net_sales', true, 'is_valid_order',
        '{0}gross_amount - {0}discount_amount - {0}returns_amount'),
]) -%}
with orders as (
    select * from {{ ref('int_revenue__parted') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

steps as (
    {%- for step, is_total, condition, amount in steps %}
    select
        source,
        currency,
        {{ loop.index }} as position,
        '{{ step }}' as step,
        {{ is_total | lower }} as is_total,
        count(*) filter (where {{ condition.format('source_') }}) as order_count,
        sum({{ amount.format('source_') }}) filter (where {{ condition.format('source_') }})
            as source_amount,
        sum({{ 'net_sales_amount' if step == 'net_sales' else amount.format('') }})
            filter (where {{ condition.format('') }}) as amount
    from orders
    group by source, currency
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    run_context.as_of,
    steps.source,
    steps.currency,
    cast(steps.position as bigint) as position,
    steps.step,
    steps.is_total,
    steps.order_count,
    {{ money('coalesce(steps.source_amount, 0)') }} as source_amount,
    {{ money('coalesce(steps.amount, 0)') }} as amount
from steps
cross join run_context
order by steps.source, steps.currency, steps.position
