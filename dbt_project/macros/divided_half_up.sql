{#- A decimal quotient rounded half up to four decimals, without trusting a float with the last one.

    Division of decimals is a double on DuckDB. The double finds the neighbourhood; the exact
    remainder then says whether the last digit must move. The denominator must be positive. -#}
{% macro divided_half_up(numerator, denominator) -%}
    {%- set guess -%}
        cast(round(cast({{ numerator }} as double) / cast({{ denominator }} as double), 4) as decimal(18, 4))
    {%- endset -%}
    {%- set remainder -%}
        (cast({{ numerator }} as decimal(37, 8)) - cast({{ guess }} as decimal(19, 4)) * {{ denominator }})
    {%- endset -%}
    {%- set half_a_digit -%}
        cast({{ denominator }} as decimal(26, 4)) * 0.00005
    {%- endset -%}
    case
        when {{ remainder }} >= {{ half_a_digit }} then {{ guess }} + 0.0001
        when {{ remainder }} < -{{ half_a_digit }} then {{ guess }} - 0.0001
        else {{ guess }}
    end
{%- endmacro %}
