"""Lists and segments handed to a person who has signed in: consent asked once more, and logged."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from suki.errors import ConfigurationError, SukiError
from suki.ledger import Ledger, clock, in_utc
from suki.ledger_tables import downloads
from suki.published_site import Publication
from suki.pulling import Offer, agreed_now, offers
from suki.settings import Settings

if TYPE_CHECKING:
    import polars as pl

#: Query -> the shape of `suki pull` it stands for. Without one a CSV has the published columns.
SHAPES = ("published", "excel", "plain", "klaviyo", "mailchimp", "meta")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "zip": "application/zip",
}
FOLDERS = {"lists": "list", "segments": "segment"}
#: A zip file holds times; one date for all keeps equal content equal.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Wanted:
    """A file as it was asked for: `lists/reorder.csv`, in a shape."""

    folder: str
    name: str
    file_format: str
    shape: str = "published"

    @property
    def file(self) -> str:
        """The path in the publication."""
        return f"{self.folder}/{self.name}.{self.file_format}"


@dataclass(frozen=True)
class HandedOut:
    """What goes to the person: the content, and how many of whom are in it.

    Attributes:
        left_out: people of the publication who are not in the file any more.
    """

    file_name: str
    media_type: str
    content: bytes
    rows: int
    left_out: int


def offered(settings: Settings, shown: Publication, wanted: Wanted) -> Offer | None:
    """The list or segment that was asked for, or None where the publication has none such."""
    kind = FOLDERS.get(wanted.folder)
    if kind is None or wanted.file_format not in ("csv", "parquet") or wanted.shape not in SHAPES:
        return None
    _, found = offers(settings, shown.run_id)
    return next((one for one in found if (one.kind, one.name) == (kind, wanted.name)), None)


def hand_out(
    settings: Settings, ledger: Ledger, shown: Publication, wanted: Wanted, offer: Offer, who: str
) -> HandedOut:
    """The file as it may be handed out now; logged before it is given, or not given.

    Whoever has withdrawn consent to a list's channel since the publication, or was erased, is left
    out; other addresses show only with consent as it stands now, as in `suki pull`.

    Raises:
        SukiError: consent cannot be asked, or the shape does not fit; logged as refused.
    """
    try:
        made = _made(settings, ledger, shown, wanted, offer)
    except SukiError as error:
        refuse(ledger, shown, wanted, who, str(error))
        raise
    _record(ledger, shown, wanted, who, "served", rows=made.rows, left_out=made.left_out)
    return made


def refuse(ledger: Ledger, shown: Publication, wanted: Wanted, who: str, reason: str) -> None:
    """Note that somebody asked for a file and did not get it."""
    _record(ledger, shown, wanted, who, "refused", reason=reason)


def logged(ledger: Ledger, *, user: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """The newest entries of the log first, moments in UTC."""
    query = select(downloads).order_by(downloads.c.number.desc()).limit(limit)
    if user is not None:
        query = query.where(downloads.c.user_name == user)
    with ledger.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row | {"asked_at": in_utc(row["asked_at"])} for row in rows]


def forget(ledger: Ledger, before: date) -> int:
    """Remove what was logged before a day (UTC); the number of entries removed."""
    midnight = datetime(before.year, before.month, before.day, tzinfo=clock().tzinfo)
    with ledger.transaction() as connection:
        removed = connection.execute(delete(downloads).where(downloads.c.asked_at < midnight))
    return int(removed.rowcount)


def _made(
    settings: Settings, ledger: Ledger, shown: Publication, wanted: Wanted, offer: Offer
) -> HandedOut:
    from reports.import_shapes import contents, shaped

    everybody = agreed_now(settings, ledger, shown.run_id, offer)
    people = _still_willing(everybody, offer)
    is_as_published = wanted.shape in ("published", "excel")
    shape = "plain" if is_as_published else wanted.shape
    try:
        made = shaped(people, shape, purpose=offer.purpose)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if is_as_published and wanted.file_format == "csv":
        content = _as_published(made.rows, offer, for_excel=wanted.shape == "excel")
        parts = [(content, made.rows.height)]
    else:
        parts = contents(made, wanted.file_format)
    suffix = "" if is_as_published else f"_{wanted.shape}"
    name = f"{offer.name}_{shown.as_of}{suffix}.{wanted.file_format}"
    content, rows = parts[0] if len(parts) == 1 else _zipped(parts, name)
    ending = wanted.file_format if len(parts) == 1 else "zip"
    file_name = name if ending != "zip" else f"{name}.zip"
    return HandedOut(file_name, MEDIA_TYPES[ending], content, rows, everybody.height - rows)


def _still_willing(people: pl.DataFrame, offer: Offer) -> pl.DataFrame:
    """Those of a list who may still be contacted on its channel; of a segment, all not erased."""
    import polars as pl

    refusals = [name for name in people.columns if name.endswith("_refusal")]
    people = people.filter(~pl.any_horizontal(pl.col(refusals).eq_missing("erased")))
    own = f"{offer.channel}_refusal"
    if offer.kind == "list" and own in refusals:
        people = people.filter(pl.col(own).is_null())
    return people


def _as_published(rows: pl.DataFrame, offer: Offer, *, for_excel: bool) -> bytes:
    """The columns of the published CSV, in its order: the same bytes while nobody says no."""
    from reports.lists import csv_content

    published = offer.path.with_suffix(".csv")
    columns = rows.columns
    if published.is_file():
        with published.open(encoding="utf-8", newline="") as stream:
            columns = next(csv.reader(stream))
    return csv_content(rows.select(columns), byte_order_mark=for_excel)


def _zipped(parts: Sequence[tuple[bytes, int]], name: str) -> tuple[bytes, int]:
    from reports.import_shapes import part_name

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (content, _) in enumerate(parts, start=1):
            member = zipfile.ZipInfo(part_name(name, number), ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return stream.getvalue(), sum(rows for _, rows in parts)


def _record(
    ledger: Ledger,
    shown: Publication,
    wanted: Wanted,
    who: str,
    outcome: str,
    *,
    rows: int | None = None,
    left_out: int | None = None,
    reason: str | None = None,
) -> None:
    # A name from elsewhere is shown in a terminal later: no control characters.
    name = "".join(c if c.isprintable() else "?" for c in who)[:200]
    with ledger.transaction() as connection:
        connection.execute(
            insert(downloads).values(
                asked_at=clock(), user_name=name, run_id=shown.run_id, file=wanted.file,
                shape=wanted.shape, outcome=outcome, row_count=rows, left_out_count=left_out,
                reason=reason,
            )
        )  # fmt: skip
