"""The one registry of metrics: marts, reports and documentation all read it.

`definitions/*.yml` say of every metric what it means and which column of which mart answers
it; `catalogue.yml` says of every question of the catalogue (M1 to M44) what it needs.
`registry` loads both, `rendering` hands the readings to dbt, `availability` says which
questions a source or a run can answer.
"""
