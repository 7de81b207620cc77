"""The demo shop: a coffee and tea roaster in Manila that exists only as its export files.

`write_exports` makes up a shop from a seed and writes what its systems would have exported:
Shopify orders and customers, a Typeform survey, and plain files of everything else a feed can hold,
from deliveries and refunds to tickets and letters. The same arguments give the same bytes; nothing
reads the clock.
"""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path

__all__ = ["write_exports", "write_shop"]

SETTINGS = tuple(
    Path(__file__).with_name(name)
    for name in (
        "suki.toml", "support.yml", "events.yml", "targets.yml", "loyalty.yml", "requests.yml",
    )
)  # fmt: skip
SHORTEST_SPAN_DAYS = 89


def write_shop(home: Path, *, seed: int = 7, customers: int = 2500) -> list[Path]:
    """Write the demo shop's exports into `home/landing/` and its settings into `home/config/`.

    Settings that stand there already are left alone.

    Raises:
        ValueError, FileExistsError: as `write_exports` does.
    """
    written = write_exports(home / "landing", seed=seed, customers=customers)
    for shipped in SETTINGS:
        settings = home / "config" / shipped.name
        if not settings.exists():
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
            written.append(settings)
    return written


def write_exports(
    landing: Path,
    *,
    seed: int = 7,
    customers: int = 2500,
    first_day: date = date(2024, 7, 1),
    last_day: date = date(2026, 10, 31),
) -> list[Path]:
    """Write the demo shop's exports under `landing/<feed>/` and return their paths.

    The order history comes as three overlapping exports, at about three and eight tenths of the
    span and at its end; each shows the orders as they stood that night.

    Args:
        landing: folder that holds one folder per feed; made where missing.
        seed: any other number gives another shop of the same kind.
        customers: people with at least one order; counter sales to nobody known come on top.
        first_day: first day of trade, in Manila.
        last_day: last day of trade and day of the newest export.

    Raises:
        ValueError: fewer than one customer, a negative seed, a span shorter than 90 days, or
            one that begins before the first product was listed.
        FileExistsError: a file of the same name holds something else; nothing is written.
    """
    from transforms.demo.catalogue import OPENING
    from transforms.demo.exports import make_files
    from transforms.demo.files import write_files

    if customers < 1 or seed < 0:
        raise ValueError(f"customers must be 1 or more and seed 0 or more: {customers}, {seed}")
    if (last_day - first_day).days < SHORTEST_SPAN_DAYS:
        raise ValueError(
            f"the demo shop needs 90 days or more between first_day {first_day} and "
            f"last_day {last_day}, so that its three order exports can overlap"
        )
    if first_day < OPENING:
        raise ValueError(f"first_day {first_day} is too early: nothing was listed before {OPENING}")
    export_days = _export_days(first_day, last_day)
    return write_files(landing, make_files(seed, customers, first_day, export_days))


def _export_days(first_day: date, last_day: date) -> tuple[date, date, date]:
    """Two month ends inside the span, and its last day."""
    months = (last_day.year - first_day.year) * 12 + last_day.month - first_day.month + 1
    return (
        _month_end(first_day, months * 3 // 7),
        _month_end(first_day, months * 11 // 14),
        last_day,
    )


def _month_end(first_day: date, months: int) -> date:
    """Last day of the n-th month, the month of the first day being the first."""
    year, month = divmod(first_day.year * 12 + first_day.month - 1 + months - 1, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
