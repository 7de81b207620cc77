{#- The same day some months later, as a date: an interval added to a date is a timestamp on DuckDB. -#}
{% macro month_after(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}
