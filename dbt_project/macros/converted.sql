{#- An amount in the reporting currency, rounded half up to four decimals.

    The wide cast comes first: two decimals of 18 digits multiply into 18 digits on DuckDB,
    of which twelve stand behind the point, and a million would overflow. -#}
{% macro converted(amount, exchange_rate) -%}
    cast(round(cast({{ amount }} as decimal(26, 4)) * {{ exchange_rate }}, 4) as decimal(18, 4))
{%- endmacro %}
