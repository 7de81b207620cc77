"""Opening a run: which business date, which files are new to it, and what they came to."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from suki.building import canonical_store
from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.settings import Settings


def newest_order_date(settings: Settings, files: list[dict[str, Any]]) -> date:
    """The last business date on which a known order was placed.

    Raises:
        ConfigurationError: no order is known.
    """
    from transforms.current import newest_order_date

    newest = newest_order_date(canonical_store(settings, files), settings.business.store.timezone)
    if newest is None:
        raise ConfigurationError(
            f"no order is known yet, so there is no latest date. Drop order exports into {settings.landing}/orders/; "
            "`suki status` lists files that were refused, and why."
        )
    return newest


def since_last_publication(
    settings: Settings, ledger: Ledger, files: list[dict[str, Any]]
) -> list[str]:
    """Files that no publication has used: what the door must look at, also after a hold."""
    newest = ledger.newest_published()
    manifest = settings.runs / (newest["run_id"] if newest else "") / "manifest.json"
    used = (
        {f["file_id"] for f in json.loads(manifest.read_text())["inputs"]}
        if newest and manifest.is_file()
        else set()
    )
    return [f["file_id"] for f in files if f["file_id"] not in used]


def feed_rows(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows read, accepted, quarantined and ignored per feed, over all known files."""
    from transforms.canonical import FEEDS

    rows = []
    for feed in FEEDS:
        own = [f["counts"] for f in files if f["feed"] == feed]
        if own:
            rows.append(
                {
                    "feed": feed,
                    "files": len(own),
                    "rows_read": sum(c["read"] for c in own),
                    "rows_accepted": sum(c["accepted"] for c in own),
                    "rows_quarantined": sum(c["quarantined"] for c in own),
                    "rows_ignored": sum(sum(c["ignored"].values()) for c in own),
                }
            )
    return rows
