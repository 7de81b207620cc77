"""Read by every Airflow process at its start, because this folder is on its PYTHONPATH.

The scheduler forks its workers, and they their tasks: what it has imported, no task imports
again. The imports cost the start under a second, since the API server takes longer anyway, and
spare every task up to four. Importing is all that is allowed here: an engine that was *used*
before the fork has threads and locks that no child inherits.
"""

from __future__ import annotations

import sys
from importlib import import_module

ENGINES = (
    "polars",
    "pyarrow.parquet",
    "duckdb",
    "scipy.optimize",
    "dbt.cli.main",
    "dbt.adapters.duckdb.impl",
    "great_expectations",
)

if "scheduler" in sys.argv:
    for engine in ENGINES:
        import_module(engine)
