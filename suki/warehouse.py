"""The DuckDB warehouse of one run: filled from Parquet, built by dbt, read by polars."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.errors import LockedError, SukiError
from suki.settings import PROJECT, Settings
from suki.storage import write_with

if TYPE_CHECKING:
    import duckdb
    import polars as pl

DBT_PROJECT = PROJECT / "dbt_project"


class Warehouse:
    """One run's DuckDB file. dbt remembers its name, so it is always `warehouse.duckdb`."""

    def __init__(self, folder: Path, settings: Settings, tell: Callable[[str], None]) -> None:
        """Name the folder of the run; nothing is opened yet."""
        self.path = folder / "warehouse.duckdb"
        self._settings = settings
        self._tell = tell

    def create(self) -> None:
        """Start an empty warehouse, whatever an interrupted run left."""
        for leftover in (self.path, self.path.with_suffix(".duckdb.wal")):
            leftover.unlink(missing_ok=True)

    def load(self, schema: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Put frames into a schema, replacing tables of the same name."""
        with self._connection() as connection:
            connection.execute(f"create schema if not exists {schema}")
            for name, frame in tables.items():
                connection.register("incoming", frame.to_arrow())
                connection.execute(f"create or replace table {schema}.{name} as from incoming")
                connection.unregister("incoming")

    def read(self, names: Iterable[str]) -> dict[str, pl.DataFrame]:
        """Tables of the main schema as frames."""
        with self._connection() as connection:
            return {name: connection.table(name).pl() for name in names}

    def tables(self) -> list[str]:
        """Names of the tables of the main schema, sorted."""
        with self._connection() as connection:
            rows = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'main'"
            ).fetchall()
        return sorted(name for (name,) in rows)

    def dbt_build(self, tag: str) -> list[dict[str, Any]]:
        """Build and test all models of a tag in this process.

        Returns:
            One dict per node: name, kind, status, seconds, message.

        Raises:
            SukiError: a model or test failed; the message names it and says why.
        """
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        os.environ["SUKI_WAREHOUSE"] = str(self.path)
        target = self.path.parent / f"dbt_{tag}"
        manifest = parsed_project(self._settings, target)
        arguments = [
            "build", "--select", f"tag:{tag}", "--indirect-selection", "cautious",
            "--exclude-resource-type", "unit_test", "--threads", str(self._settings.dbt_threads), "--no-write-json",
        ]  # fmt: skip
        self._wait_until_free()
        try:
            result = _dbt(arguments, target, manifest)
        finally:
            # dbt keeps the file locked in this process until it is told otherwise.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if result.exception is not None:
            raise SukiError(
                f"dbt could not run tag:{tag}: {result.exception}"
            ) from result.exception
        # The manifest is the same every night and large; what each node did is kept.
        result.result.write(str(target / "run_results.json"))
        nodes = [_node(item) for item in result.result]
        failed = [n for n in nodes if n["status"] in {"error", "fail", "runtime error"}]
        if failed:
            told = "; ".join(f"{n['kind']} {n['name']}: {n['message']}" for n in failed[:5])
            raise SukiError(f"{len(failed)} of {len(nodes)} dbt nodes of tag:{tag} failed: {told}")
        return nodes

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _wait_until_free(self) -> None:
        self._open().close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Open the file; wait while another process holds it, then say which.

        Raises:
            LockedError: it was not free within the configured time.
        """
        import duckdb

        self.path.parent.mkdir(parents=True, exist_ok=True)
        deadline, told = time.monotonic() + self._settings.lock_wait_seconds, False
        while True:
            try:
                return duckdb.connect(str(self.path))
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise SukiError(f"{self.path} cannot be opened: {error}") from error
                holder = _lock_holder(str(error))
                if time.monotonic() >= deadline:
                    raise LockedError(
                        f"the warehouse {self.path} is held by {holder}; waited {self._settings.lock_wait_seconds:.0f} s. "
                        "Close that program and run again."
                    ) from error
                if not told:
                    self._tell(f"waiting: the warehouse is held by {holder}")
                    told = True
                time.sleep(0.5)


def parsed_project(settings: Settings, target: Path) -> Any:
    """dbt's manifest of the project, parsed once per content of the project.

    dbt's own partial parse starts over whenever the path of the warehouse changes, which is
    every run; the manifest itself does not depend on it.
    """
    from dbt.parser.manifest import extended_mashumaro_encoder

    cached = settings.cache / "dbt" / f"{_project_key()}.msgpack"
    if cached.is_file():
        return _unpacked(cached)
    result = _dbt(["parse", "--no-partial-parse"], target, None)
    if result.exception is not None:
        raise SukiError(
            f"the dbt project cannot be parsed: {result.exception}"
        ) from result.exception
    packed = result.result.to_msgpack(extended_mashumaro_encoder)
    write_with(cached, lambda partial: partial.write_bytes(packed))
    return result.result


@lru_cache(maxsize=1)
def _unpacked(cached: Path) -> Any:
    """Read a parsed project once in a process: its name is the hash of all it depends on."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(cached.read_bytes(), decoder=extended_mashumuro_decoder)


def _project_key() -> str:
    """Hash of everything a parsed project depends on, its place included: seeds remember it."""
    from importlib.metadata import version

    digest = hashlib.sha256(f"{DBT_PROJECT} {version('dbt-core')} {version('dbt-duckdb')}".encode())
    for path in sorted(p for p in DBT_PROJECT.rglob("*") if p.suffix in {".sql", ".yml", ".csv"}):
        if "target" not in path.relative_to(DBT_PROJECT).parts:
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _dbt(arguments: list[str], target: Path, manifest: Any) -> Any:
    """Run dbt in this process; its artefacts go to `target`."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from dbt.cli.main import dbtRunner

    places = [
        "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(target), "--log-path", str(target), "--quiet", "--no-use-colors",
        # What a node did is in run_results.json; its debug log costs a fifth of a build.
        "--log-level", "none", "--log-level-file", "none",
    ]  # fmt: skip
    return dbtRunner(manifest=manifest).invoke([*arguments, *places])


def _lock_holder(message: str) -> str:
    import psutil

    found = re.search(r"\(PID (\d+)\)", message)
    if not found:
        return "another process"
    pid = int(found.group(1))
    try:
        return f"process {pid} ({psutil.Process(pid).name()})"
    except psutil.Error:
        return f"process {pid}"


def _node(item: Any) -> dict[str, Any]:
    return {
        "name": item.node.name,
        "kind": str(item.node.resource_type.value),
        "status": str(item.status.value if hasattr(item.status, "value") else item.status),
        "seconds": round(item.execution_time, 3),
        "message": (item.message or "").strip().splitlines()[0] if item.message else "",
    }
