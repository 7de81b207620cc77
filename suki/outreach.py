"""Tonight's outreach: rules, prior state and facts brought together for `transforms.outreach`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from suki.contact_log import contacts_before, log_table, suppressed_identifiers
from suki.identity_decisions import surrogates_of_run
from suki.ledger import Ledger
from suki.outreach_rules import outreach_rules
from suki.runs import Run
from suki.segments import previous_segments
from suki.settings import Settings
from suki.storage import write_with
from suki.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from transforms.outreach import Night, PriorState
    from transforms.segment_rules import Finding


def plan_outreach(
    run: Run,
    settings: Settings,
    ledger: Ledger,
    warehouse: Warehouse,
    scores: Mapping[str, pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """Decide who may be written to about what, and keep the tables beside the run's scores.

    Returns:
        OUTREACH_SCORES by name, for the warehouse.

    Raises:
        ConfigurationError: segments.yml, campaigns.yml, requests.yml or loyalty.yml is wrong.
    """
    from transforms import outreach

    rules = outreach_rules(settings)
    night = _night(run, settings, warehouse, scores)
    planned = outreach.plan(night, rules, _prior_state(run, settings, ledger))
    for name, frame in {**planned.tables, **night.loyalty}.items():
        write_with(run.folder(settings) / "outreach" / f"{name}.parquet", frame.write_parquet)
    run.facts["segment_findings"] = [_told(one) for one in planned.findings]
    return planned.scores


def contact_log_of(run: Run, ledger: Ledger) -> pl.DataFrame:
    """CONTACT_LOG as the run may know it, under the run's surrogates."""
    known_at = datetime.fromisoformat(run.known_at) if run.known_at else None
    rows = contacts_before(ledger, run.as_of, known_at)
    return log_table(rows, surrogates_of_run(ledger, run.run_id))


def _night(
    run: Run, settings: Settings, warehouse: Warehouse, scores: Mapping[str, pl.DataFrame]
) -> Night:
    import polars as pl

    from suki.loyalty_commands import load_programme
    from transforms.loyalty import loyalty
    from transforms.outreach import Night
    from transforms.profile import PROFILE_FACTS

    facts = warehouse.read(PROFILE_FACTS)
    current = {
        path.stem: pl.read_parquet(path)
        for path in sorted((run.folder(settings) / "current").glob("*.parquet"))
    }
    programme = load_programme(settings)
    standing = loyalty(programme, facts, current, run.business_date) if programme.enabled else {}
    return Night(run.business_date, facts, current, scores, standing)


def _prior_state(run: Run, settings: Settings, ledger: Ledger) -> PriorState:
    import polars as pl

    from transforms.outreach import PriorState

    earlier = ledger.newest_published(before=run.as_of)
    customer_of = surrogates_of_run(ledger, run.run_id)
    known_at = datetime.fromisoformat(run.known_at) if run.known_at else None
    barred = [
        (customer_of[row["identifier"]], row["reason"])
        for row in suppressed_identifiers(ledger, known_at)
        if row["identifier"] in customer_of
    ]
    suppressed = pl.DataFrame(
        barred, orient="row", schema={"customer_id": pl.String, "reason": pl.String}
    )
    return PriorState(
        previous_segments(settings, earlier["run_id"] if earlier else None),
        contact_log_of(run, ledger),
        suppressed,
    )


def _told(finding: Finding) -> str:
    return f"{finding.severity}: {finding.subject}: {finding.message}"
