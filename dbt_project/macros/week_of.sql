{#- First day of the week a day falls in; weeks begin on first_weekday, 1 Monday to 7 Sunday. -#}
{% macro week_of(day, first_weekday) -%}
    cast({{ day }} - cast((isodow({{ day }}) - {{ first_weekday }} + 7) % 7 as integer) as date)
{%- endmacro %}
