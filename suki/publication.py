"""From a built warehouse to an immutable run folder, and the pointers that make it public."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.business import MailSettings
from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings
from suki.storage import keep_private, point, sha256_of, write_text
from suki.warehouse import DBT_PROJECT

if TYPE_CHECKING:
    import polars as pl

    from reports.contexts import ListSummary, ReportContext
    from reports.handed import Handed
    from transforms.lists import ContactList

#: Rises when the meaning of a published column changes; see CHANGELOG.md.
DEFINITIONS_VERSION = "1"
#: Folders with names and addresses of people.
PERSONAL = ("segments", "lists")
SCORE_TABLES = ("customer_segments", "product_intervals", "score_thresholds")
#: One published table per mart of the dbt project; each carries its `as_of`.
MART_TABLES = tuple(sorted(path.stem for path in (DBT_PROJECT / "models/marts").glob("*.sql")))


class RunFolder:
    """A run folder while it is written; it appears under its name only when whole."""

    def __init__(self, run: Run, settings: Settings) -> None:
        """Begin with an empty folder beside the published ones."""
        self.readers_group = settings.readers_group
        self.final = run.published_folder(settings)
        self.path = self.final.with_name(f".{run.run_id}.writing")
        shutil.rmtree(self.path, ignore_errors=True)
        for part in ("marts", *PERSONAL, "reports", "site"):
            # Names and addresses are open to nobody else, not even while they are written.
            (self.path / part).mkdir(parents=True, mode=0o700 if part in PERSONAL else 0o777)

    def write_marts(
        self, tables: Mapping[str, pl.DataFrame], keys: Mapping[str, tuple[str, ...]]
    ) -> None:
        """One Parquet file per table, ordered by its key or, without one, by all columns."""
        for name, frame in sorted(tables.items()):
            by = list(keys.get(name, ())) or frame.columns
            frame.sort(by, nulls_last=True).write_parquet(
                self.path / "marts" / f"{name}.parquet", compression="zstd"
            )

    def write_segments(self, members: Mapping[str, pl.DataFrame]) -> None:
        """CSV and Parquet per segment."""
        from reports.lists import write_list

        for name, frame in members.items():
            write_list(frame, self.path / "segments" / f"{name}.csv")
            frame.write_parquet(self.path / "segments" / f"{name}.parquet", compression="zstd")

    def write_lists(self, lists: list[ContactList]) -> None:
        """CSV of each list as its channel needs it, and Parquet of the whole cards to pull from."""
        from reports.lists import write_list

        for one in lists:
            write_list(one.rows, self.path / "lists" / f"{one.name}.csv")
            one.full.write_parquet(self.path / "lists" / f"{one.name}.parquet", compression="zstd")

    def write_reports(
        self, context: ReportContext, mail: MailSettings, handed: Handed, cache: Path
    ) -> None:
        """The executives' mails, and the site, which is handed more than the tables tell."""
        from reports.reference import load_reference
        from reports.site import write_site
        from suki.report_files import write_mails

        write_mails(context, self.path / "reports", mail)
        data_files = [
            p.relative_to(self.path).as_posix()
            for part in PERSONAL
            for p in sorted((self.path / part).iterdir())
        ]
        reference = load_reference(self.path / "marts", context.as_of)
        marts = self.path / "marts"
        write_site(
            context,
            reference,
            self.path / "site",
            data_files,
            marts=marts,
            handed=handed,
            cache=cache,
        )

    def write_quality(self, doors: Mapping[str, list[dict[str, Any]]]) -> None:
        """Every expectation of both doors and its result."""
        write_text(
            self.path / "reports" / "expectations.json",
            json.dumps(doors, indent=1, sort_keys=True, default=str) + "\n",
        )

    def finish(self, manifest: dict[str, Any], times: dict[str, Any]) -> Path:
        """Write the manifest over all files, then give the folder its name."""
        for part in PERSONAL:
            keep_private(self.path / part, self.readers_group)
        files = sorted(p for p in self.path.rglob("*") if p.is_file())
        manifest["files"] = {
            p.relative_to(self.path).as_posix(): {"rows": _rows(p), "sha256": sha256_of(p)}
            for p in files
        }
        write_text(
            self.path / "manifest.json",
            json.dumps(manifest, indent=1, sort_keys=True, default=str) + "\n",
        )
        write_text(self.path / "run.json", json.dumps(times, indent=1, sort_keys=True) + "\n")
        # A pointer may stand on an earlier writing of this run: it is away for two renames only.
        aside = self.final.with_name(f".{self.final.name}.replaced")
        shutil.rmtree(aside, ignore_errors=True)
        if self.final.exists():
            self.final.rename(aside)
        self.path.rename(self.final)
        shutil.rmtree(aside, ignore_errors=True)
        return self.final


def _rows(path: Path) -> int | None:
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return int(pyarrow.parquet.read_metadata(path).num_rows)
    if path.suffix == ".csv":
        import csv

        with path.open(encoding="utf-8", newline="") as stream:
            return sum(1 for _ in csv.reader(stream)) - 1
    return None


def manifest_of(
    run: Run, outcome: str, reason: str | None, ledger_files: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the run was made of and what it decided; no wall-clock time in it."""
    used = {f["file_id"] for f in run.files}
    by_arrival = sorted({f["feed"] for f in run.files if f["version_basis"] == "arrival"})
    return {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "known_at": run.known_at,
        "outcome": outcome,
        "reason": reason,
        "definitions_version": DEFINITIONS_VERSION,
        "reporting_currency": run.facts.get("reporting_currency"),
        "configuration_sha256": run.configuration_sha256,
        "code_sha256": run.code_sha256,
        "prior_state": {
            "identities_sha256": run.facts.get("identities_sha256"), "previous_run": run.facts.get("previous_run"),
            "identity_overrides": [o["number"] for o in run.overrides],
            "contacts_sha256": run.contacts_sha256,
        },
        "depends_on_arrival_order": by_arrival,
        "inputs": [
            {
                "file_id": f["file_id"], "name": f["name"], "feed": f["feed"], "source": f["source"],
                "sha256": f["content_sha256"], "notes": f["counts"].get("notes", []),
                "rows": {k: f["counts"].get(k) for k in ("read", "accepted", "quarantined", "ignored")},
            }
            for f in ledger_files
            if f["file_id"] in used
        ],
        "feeds": run.facts.get("feeds", []),
        "doors": {"in": run.facts.get("door_in"), "out": run.facts.get("door_out")},
        "lists": run.facts.get("lists", []),
    }  # fmt: skip


def move_pointers(run: Run, settings: Settings, ledger: Ledger) -> bool:
    """Point `published/<as_of>` at the run, and `latest` if no newer date stands there.

    A run with a `known_at` tells what was believed then and moves no pointer.

    Returns:
        True where the run is now the latest.
    """
    if run.known_at is not None:
        return False
    target = run.published_folder(settings)
    point(settings.published / run.as_of, target)
    newest = ledger.newest_published()
    if newest is not None and newest["as_of"] > run.as_of:
        return False
    point(settings.published / "latest", target)
    return True


def stand_again(run: Run, settings: Settings, ledger: Ledger) -> bool:
    """Point at a published run whose inputs are in force again, or whose pointers never moved.

    A setting put back makes an earlier run the right answer once more; a kill between noting a
    publication and moving its pointers leaves them on the run before.

    Returns:
        True where something had to be moved.
    """
    record, newest = ledger.run(run.run_id), ledger.newest_published()
    if run.known_at is not None or record is None or newest is None:
        return False
    wanted = [run.as_of, *(["latest"] if newest["as_of"] <= run.as_of else [])]
    target = run.published_folder(settings).resolve()
    if all((settings.published / name).resolve() == target for name in wanted):
        return False
    ledger.close_run(run.run_id, record["status"], record["reason"])
    move_pointers(run, settings, ledger)
    return True


def previous_headline(settings: Settings, previous_run: str | None) -> dict[str, float] | None:
    """Headline values of an earlier publication, by metric."""
    path = settings.runs / (previous_run or "") / "marts" / "rpt_headline.parquet"
    if previous_run is None or not path.is_file():
        return None
    import polars

    frame = polars.read_parquet(path, columns=["metric", "value"])
    return dict(frame.iter_rows())


def report_context(
    folder: Path,
    run: Run,
    settings: Settings,
    *,
    banner: list[str],
    lists: list[ListSummary],
    currency: str,
) -> ReportContext:
    """The typed content of the reports and the site."""
    from reports.contexts import FeedIntake, load

    intake = [
        FeedIntake(
            f["feed"],
            f["units_accepted"] + f["units_quarantined"],
            f["units_accepted"],
            f["units_quarantined"],
        )
        for f in run.facts.get("feeds", [])
    ]
    return load(
        folder / "marts",
        as_of=date.fromisoformat(run.as_of),
        shop_name=settings.business.store.name,
        currency=currency,
        locale=settings.business.mail.locale,
        run_id=run.run_id,
        definitions_version=DEFINITIONS_VERSION,
        banner=banner,
        lists=lists,
        intake=intake,
    )
