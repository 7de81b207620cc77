"""What can go wrong around the embedded Airflow, in words for the person at the terminal."""

from __future__ import annotations

from suki.errors import SukiError


class EmbeddedAirflowError(SukiError):
    """Airflow itself did not do its part: it did not start, did not answer, or was in use."""


class RunFailed(SukiError):
    """A task of the night failed.

    Attributes:
        dag_id: The DAG of the first failed task.
        task_id: The first failed task.
        suki_run_id: The pipeline's run, as `ingest` returned it; None when `ingest` failed.
        log_tail: The last lines of that task's log.
    """

    def __init__(
        self, dag_id: str, task_id: str, suki_run_id: str | None, log_tail: list[str]
    ) -> None:
        super().__init__(f"{dag_id}.{task_id} failed. The end of its log:\n" + "\n".join(log_tail))
        self.dag_id = dag_id
        self.task_id = task_id
        self.suki_run_id = suki_run_id
        self.log_tail = log_tail
