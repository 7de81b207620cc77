select 90 as active_days
union
select 180 as active_days
union
select 365 as active_days
union
select cast(headline_active_days as integer) as active_days from {{ ref('stg_run_context') }}
