{#- Standard error of a Net Promoter Score in points; null without an answer.

    The variance of a response worth 1, 0 or -1, times n squared, stands under the first root. -#}
{% macro nps_standard_error(promoters, detractors, responses) -%}
    100 * sqrt(
        ({{ promoters }} + {{ detractors }}) * {{ responses }}
        - ({{ promoters }} - {{ detractors }}) * ({{ promoters }} - {{ detractors }})
    ) / nullif(sqrt({{ responses }}) * {{ responses }}, 0)
{%- endmacro %}
