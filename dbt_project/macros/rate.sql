{#- A rate as a double of twelve significant digits; null where the denominator is 0. -#}
{% macro rate(numerator, denominator) -%}
    {{ significant(
        "cast(" ~ numerator ~ " as double) / nullif(cast(" ~ denominator ~ " as double), 0)"
    ) }}
{%- endmacro %}
