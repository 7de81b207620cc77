{#- First day of the calendar quarter a day falls in. -#}
{% macro quarter_of(day) -%}
    cast({{ dbt.date_trunc('quarter', day) }} as date)
{%- endmacro %}
