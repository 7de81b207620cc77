"""What happened around the shop: dated notes that a reader of the figures should know."""

from __future__ import annotations

from datetime import date

from transforms.demo.catalogue import COFFEE_PRICE_RISE
from transforms.demo.files import csv_text

HEADER = ("starts_on", "ends_on", "kind", "title")
NOTES = (
    (date(2024, 11, 25), date(2024, 12, 24), "campaign", "PASKO15 before Christmas"),
    (date(2025, 4, 17), date(2025, 4, 20), "holiday", "Holy Week"),
    (COFFEE_PRICE_RISE, None, "price", "Coffee about 8 % dearer"),
    (date(2025, 11, 25), date(2025, 12, 24), "campaign", "PASKO15 before Christmas"),
    (date(2026, 4, 2), date(2026, 4, 5), "holiday", "Holy Week"),
    (date(2026, 7, 21), date(2026, 7, 23), "outage", "Typhoon: no couriers in Luzon"),
    (date(2026, 9, 15), None, "competitor", "A roaster opened two streets away"),
)


def notes_csv(first_day: date, last_day: date) -> bytes:
    """The notes that begin in the span."""
    rows = [
        (start.isoformat(), end.isoformat() if end else "", kind, title)
        for start, end, kind, title in NOTES
        if first_day <= start <= last_day
    ]
    return csv_text(HEADER, rows)
