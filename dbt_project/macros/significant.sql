{#- A double rounded to twelve significant digits, so that the order of a sum cannot show.

    Engines that allow no computed number of decimals scale the number instead. -#}
{% macro significant(expression) -%}
    {{ return(adapter.dispatch('significant', 'suki')(expression)) }}
{%- endmacro %}

{% macro default__significant(expression) -%}
    case
        when {{ expression }} = 0 then 0.0
        else
            round({{ expression }} / power(10, floor(log10(abs({{ expression }})))), 11)
            * power(10, floor(log10(abs({{ expression }}))))
    end
{%- endmacro %}

{% macro duckdb__significant(expression) -%}
    case
        when {{ expression }} = 0 then 0.0
        else round({{ expression }}, 11 - cast(floor(log10(abs({{ expression }}))) as integer))
    end
{%- endmacro %}
