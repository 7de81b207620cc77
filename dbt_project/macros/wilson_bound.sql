{#- One end of Wilson's 95 % interval of a proportion; side is '-' or '+'. Null without trials.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference. -#}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set k = "cast(" ~ successes ~ " as double)" -%}
    {%- set n = "nullif(cast(" ~ trials ~ " as double), 0)" -%}
    {{ significant(
        "(" ~ k ~ " + " ~ z * z / 2 ~ " " ~ side ~ " " ~ z ~ " * sqrt(" ~ k ~ " * (" ~ n ~ " - " ~ k ~ ") / " ~ n
        ~ " + " ~ z * z / 4 ~ ")) / (" ~ n ~ " + " ~ z * z ~ ")"
    ) }}
{%- endmacro %}
