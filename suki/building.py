"""From known files to a built warehouse: current state, door in, dbt passes, scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from suki.comments import comments_of
from suki.configured import configured_tables, support_desk
from suki.errors import ConfigurationError
from suki.identity import resolve_people
from suki.ledger import Ledger
from suki.outreach import contact_log_of, plan_outreach
from suki.runs import Run
from suki.settings import Settings
from suki.storage import write_text, write_with
from suki.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from expectations.checks import DoorResult
    from expectations.thresholds import DoorThresholds
    from transforms.current import CanonicalStore

Tell = Callable[[str], None]


def canonical_store(settings: Settings, files: Iterable[dict[str, Any]]) -> CanonicalStore:
    """The canonical files a run may read."""
    from transforms.current import CanonicalStore, KnownFile

    known = [KnownFile(f["file_id"], f["feed"], f["sequence"]) for f in files]
    return CanonicalStore(settings.canonical, settings.quarantine, known)


def make_current(run: Run, settings: Settings, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """Resolve people and versions; keep the tables as Parquet beside the run.

    Raises:
        ConfigurationError: orders have several currencies and none is set to report in.
    """
    from transforms import contact_history, current, identity

    store = canonical_store(settings, run.files)
    key = identity.person_key(settings.identity_secret())
    resolution = resolve_people(run, settings, ledger, store, key)
    business = settings.business
    request = current.StateRequest(
        run.business_date, business.store.timezone, business.store.reporting_currency, key
    )
    try:
        tables = current.build(store, resolution.people, request)
        currency = current.reporting_currency(tables["orders"], business.store.reporting_currency)
    except current.CurrentStateError as error:
        raise ConfigurationError(str(error)) from error
    run.facts["reporting_currency"] = currency
    run.facts["orders"] = tables["orders"].height
    run.facts["identified_orders"] = int(tables["orders"]["is_identified"].sum())
    tables["identity_reviews"] = resolution.reviews
    tables["identity_changes"] = resolution.changes
    log = contact_log_of(run, ledger)
    tables["contact_log"] = log
    zone = business.store.timezone
    tables["messages"] = contact_history.with_own_messages(tables["messages"], log, zone)
    tables["run_context"] = _run_context(run, settings, currency)
    tables |= configured_tables(run, settings, tables)
    for name, frame in tables.items():
        write_with(run.folder(settings) / "current" / f"{name}.parquet", frame.write_parquet)
    return tables


def _run_context(run: Run, settings: Settings, currency: str) -> pl.DataFrame:
    import polars as pl

    from transforms.canonical import CURRENT

    business = settings.business
    row = {
        "as_of": run.business_date,
        "store_timezone": business.store.timezone,
        "reporting_currency": currency,
        "headline_active_days": business.retention.headline_active_days,
        "zero_value_orders_are_valid": business.orders.zero_value_orders_are_valid,
        "fully_refunded_orders_are_valid": business.orders.fully_refunded_orders_are_valid,
        "survey_window_days": business.surveys.window_days,
        "week_start": business.store.week_start,
        "cohort_maturity_periods": business.retention.cohort_maturity_periods,
        "conversion_window_days": business.outreach.conversion_window_days,
        "engagement_window_days": business.outreach.engagement_window_days,
        "repeated_request_people": business.surveys.repeated_request_people,
        "gross_margin_share": business.store.gross_margin_share,
        "history_is_complete": business.store.history_is_complete,
    }
    return CURRENT["run_context"].conform(pl.DataFrame([row]))


def check_door_in(
    run: Run, settings: Settings, ledger: Ledger, tables: dict[str, pl.DataFrame]
) -> str:
    """Ask the door in; its findings are kept with the run."""
    from expectations import door_in
    from transforms import door_counts

    tonight = set(run.tonight)
    known = {f["file_id"] for f in run.files}
    files: list[Mapping[str, Any]] = [f for f in ledger.known_files() if f["file_id"] in known]
    refused = ledger.known_files(statuses=["refused"])
    fresh = [f["counts"] for f in files if f["file_id"] in tonight]
    run.facts["fresh"] = {
        "rows_read": sum(c["read"] for c in fresh),
        "rows_quarantined": sum(c["quarantined"] for c in fresh),
        "assumptions": [
            f"{f['name']}: {told}"
            for f in files
            if f["file_id"] in tonight
            for told in f["counts"].get("assumptions", [])
        ],
    }
    state = door_counts.feed_state(tables["feed_counts"], tables, files, tonight, run.business_date)
    result = door_in.check(
        door_counts.rule_counts(files, tonight),
        door_counts.file_counts([*files, *refused], tonight | {f["file_id"] for f in refused}),
        state,
        door_thresholds(settings),
    )
    keep_findings(run, "door_in", result)
    write_text(run.folder(settings) / "door_in.json", json.dumps(result.results, default=str))
    return result.outcome


def door_thresholds(settings: Settings) -> DoorThresholds:
    """What both doors tolerate.

    Raises:
        ConfigurationError: a limit in suki.toml is impossible.
    """
    from expectations.thresholds import DoorThresholds

    try:
        return DoorThresholds(**settings.business.doors.model_dump())
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def keep_findings(run: Run, door: str, result: DoorResult) -> None:
    """Note what a door found with the run; warnings about single rows are told together."""
    from expectations.rule_suite import ROW_CHECKS

    warnings = [f for f in result.findings if f.severity == "warning"]
    run.facts[door] = {
        "outcome": result.outcome,
        "critical": [f.message for f in result.findings if f.severity == "critical"],
        "warnings": [f.message for f in warnings if f.check not in ROW_CHECKS],
        "row_warnings": [f.message for f in warnings if f.check in ROW_CHECKS],
        "checks": len(result.results),
    }


def banner(run: Run) -> list[str]:
    """What a reader of this publication must know, in plain words; empty when nothing is amiss."""
    door_in, door_out = run.facts["door_in"], run.facts["door_out"]
    told = [*door_in["warnings"], *door_out["warnings"], *run.facts["fresh"]["assumptions"]]
    if run.facts["orders"] and not run.facts["identified_orders"]:
        told.insert(
            0,
            f"None of the {run.facts['orders']:,} orders names a person by e-mail, phone or id, so "
            "there are no customers, no retention and no lists; export such a column with them.",
        )
    if door_in["row_warnings"]:
        fresh = run.facts["fresh"]
        told.insert(
            0,
            f"{fresh['rows_quarantined']:,} of {fresh['rows_read']:,} rows read since the last publication could not be "
            "trusted; what they belong to is held in quarantine and left out of these figures.",
        )
    return told


def build_facts(
    run: Run, settings: Settings, tables: dict[str, pl.DataFrame], tell: Tell
) -> list[dict[str, Any]]:
    """A fresh warehouse with the current tables and the dbt facts."""
    from transforms.canonical import CURRENT

    warehouse = Warehouse(run.folder(settings), settings, tell)
    warehouse.create()
    warehouse.load("current", {name: tables[name] for name in CURRENT})
    return _dbt(warehouse, run, settings, "facts", tell)


def earlier_fits(run: Run, settings: Settings, ledger: Ledger) -> pl.DataFrame | None:
    """The CLV fits of the last publication before this business date, should tonight's fail."""
    import polars as pl

    earlier = ledger.newest_published(before=run.as_of)
    path = settings.runs / (earlier["run_id"] if earlier else "") / "marts/clv_model_fits.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def score_and_build_marts(
    run: Run, settings: Settings, ledger: Ledger, tell: Tell
) -> list[dict[str, Any]]:
    """Scores from facts, into the warehouse, then the dbt marts."""
    import polars as pl

    from transforms import reorder, scoring, segments
    from transforms.clv.gate import ClvPolicy

    warehouse = Warehouse(run.folder(settings), settings, tell)
    facts = warehouse.read(scoring.FACTS)
    products = pl.read_parquet(run.folder(settings) / "current" / "products.parquet")
    scores = scoring.score(
        facts,
        products,
        run.business_date,
        segments.SegmentPolicy(**settings.business.segments.model_dump()),
        reorder.ReorderPolicy(**settings.business.reminders.model_dump()),
        ClvPolicy(
            **settings.business.clv.model_dump(),
            zero_value_orders_are_valid=settings.business.orders.zero_value_orders_are_valid,
        ),
        earlier_fits(run, settings, ledger),
        support_desk(
            pl.read_parquet(run.folder(settings) / "current" / "tickets.parquet"), settings
        ),
        comments_of(run, settings, ledger),
        pl.read_parquet(run.folder(settings) / "current" / "subscriptions.parquet"),
    )
    scores |= plan_outreach(run, settings, ledger, warehouse, scores)
    warehouse.load("scores", scores)
    for name, frame in scores.items():
        write_with(run.folder(settings) / "scores" / f"{name}.parquet", frame.write_parquet)
    return _dbt(warehouse, run, settings, "marts", tell)


def _dbt(
    warehouse: Warehouse, run: Run, settings: Settings, tag: str, tell: Tell
) -> list[dict[str, Any]]:
    nodes = warehouse.dbt_build(tag)
    write_text(run.folder(settings) / f"dbt_{tag}.json", json.dumps(nodes, indent=1))
    for node in nodes:
        tell(f"dbt {node['status']:>7} {node['seconds']:>7.3f} s  {node['kind']} {node['name']}")
    return nodes
