"""The embedded Airflow: its real scheduler, DAG processor and API server, on this machine only.

`run_nightly` starts them, follows one night to the end and stops them again; `serve` starts them
for daily use. Importing this package costs nothing: Airflow runs in processes of its own.
"""

from __future__ import annotations

from suki.embedded.errors import EmbeddedAirflowError, RunFailed
from suki.embedded.launcher import run_airflow, run_nightly, serve

__all__ = ["EmbeddedAirflowError", "RunFailed", "run_airflow", "run_nightly", "serve"]
