{#- One end of Newcombe's 95 % interval of the difference of two proportions; side is '-' or '+'.

    The names lead to the columns <first>_rate, _low and _high, of which low and high are the ends
    of Wilson's interval; the distances are added as squares. To ten decimals: those ends are
    themselves rounded. Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10. -#}
{% macro newcombe_bound(difference, first, second, side) -%}
    {%- set near, far = ('low', 'high') if side == '-' else ('high', 'low') -%}
    round(
        {{ difference }} {{ side }} sqrt(
            power({{ first }}_rate - {{ first }}_{{ near }}, 2)
            + power({{ second }}_{{ far }} - {{ second }}_rate, 2)
        ),
        10
    )
{%- endmacro %}
