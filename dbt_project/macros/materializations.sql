{# A run's warehouse starts empty, and nobody reads it before the run is through: a model is made
   under its own name at once. dbt's own materialisations build beside it, rename twice and look
   for grants, indexes and comments, which took half of the time of a small shop's night. #}

{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
  {%- set target = this.incorporate(type="table") -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement("main") -%}
    drop table if exists {{ target }};
    {{ create_table_as(false, target, compiled_code) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({"relations": [target]}) }}
{% endmaterialization %}

{% materialization view, adapter="duckdb", supported_languages=["sql"] %}
  {%- set target = this.incorporate(type="view") -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement("main") -%}
    drop view if exists {{ target }};
    {{ create_view_as(target, compiled_code) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({"relations": [target]}) }}
{% endmaterialization %}
