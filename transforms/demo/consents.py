"""Second thoughts about being written to: links in letters that were followed, and a few mails."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from transforms.demo.behaviour import Shop
from transforms.demo.chance import falls
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text

HEADER = ("email", "channel", "purpose", "is_granted", "stated_at")
WROTE_TO_US = 0.01


def consents_csv(shop: Shop, messages: bytes) -> bytes:
    """One row per statement, oldest first: whoever left a letter's list, and who wrote to say no.

    Args:
        messages: the export of messages, whose `unsubscribed` events are told here again.
    """
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows = [
        (row["event_at"], row["email"], "marketing", "no")
        for row in csv.DictReader(io.StringIO(messages.decode("utf-8")))
        if row["event"] == "unsubscribed"
    ]
    for customer in shop.customers:
        if customer.emails and falls(WROTE_TO_US, "no more", customer.number):
            said_at = exported_at - timedelta(days=customer.number % 60, hours=customer.number % 11)
            purpose = "marketing" if customer.number % 3 else "survey"
            rows.append((manila_text(said_at), customer.emails[0], purpose, "no"))
    return csv_text(HEADER, [(email, "email", *said, at) for at, email, *said in sorted(rows)])
