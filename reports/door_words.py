"""What the doors and a run say in English, sentence by sentence, for readers of another language.

A warning is written once, when a run is judged, and kept with it; here its sentences are known
again and said in the reader's language, with figures and days as that reader writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

from babel.dates import format_date
from babel.numbers import format_decimal

from reports.languages import N_, SOURCE_LANGUAGE, _, spoken_language

SENTENCES = (
    N_(
        "None of the {n} orders names a person by e-mail, phone or id, so there are no customers, "
        "no retention and no lists; export such a column with them."
    ),
    N_(
        "{n} of {all} rows read since the last publication could not be trusted; what they belong "
        "to is held in quarantine and left out of these figures."
    ),
    N_("Feed {feed}: {n} came in tonight, far fewer than the usual {usual}."),
    N_("Feed {feed}: {n} came in tonight, far more than the usual {usual}."),
    N_("Check that the export ran and that its files are complete in {folder}."),
    N_("Check that it is no full export or another shop's file; if it is right, ignore."),
    N_("Feed {feed}: the newest is of {day}, {n} days before {as_of}."),
    N_("Customers look more silent than they are."),
    N_("Check that the export still runs and that its files reach {folder}."),
    N_("File {file} in {folder} was refused as a whole; none of its rows is in the figures."),
    N_(
        "File {file} in {folder} was refused as a whole ({reason}); none of its rows is in the "
        "figures."
    ),
    N_(
        "`suki status` says why: correct the file or its source definition in config/sources/, and "
        "run again."
    ),
    N_("Feed {feed} is required and has nothing in force on {as_of} ({n} accepted in all)."),
    N_("Put its exports in {folder}, or ask for a later business date, and run again."),
    N_(
        "retention_rate is {now} after {before} in the last publication, more than a shop's "
        "customers change in a night."
    ),
    N_("Check that all order files came in and that no source definition was changed."),
    N_("net_sales of the complete month is {now} after {before} in the last publication."),
    N_("Check that the month's order files are complete and in the right currency."),
    N_("List {list}: {n} of {rows} rows have no address on the list's channel."),
    N_("They cannot be reached so: this is a fault in Suki."),
    N_(
        "{table} is still empty because no calendar month is complete; it fills with the first one."
    ),
    N_("If the shop is older than that, landing/orders/ lacks its history."),
    N_("Mend what is named above, then start the run again; every step is harmless to repeat."),
    N_("without a value"),
)

_FIGURE = re.compile(r"(-?[\d,]+(?:\.\d+)?)( ?%)?")
_NEXT_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z`])")


def told(text: str) -> str:
    """A text of several sentences in the language spoken now; as it is unless all are known."""
    if spoken_language() == SOURCE_LANGUAGE or not text:
        return text
    sentences = [_sentence(one) for one in _NEXT_SENTENCE.split(text)]
    return " ".join(one for one in sentences if one) if all(sentences) else text


def _sentence(text: str) -> str | None:
    for pattern, source in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return _(source).format(**dict(_written(found.groupdict())))
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences as patterns, those with the fewest gaps first."""
    made = []
    for source in sorted(SENTENCES, key=lambda one: one.count("{")):
        parts = re.split(r"\{(\w+)\}", source)
        pattern = "".join(
            f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        made.append((re.compile(pattern, re.DOTALL), source))
    return tuple(made)


def _written(values: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Figures and days as the reader writes them; all else as it is."""
    for name, value in values.items():
        figure = _FIGURE.fullmatch(value)
        if figure and figure[1].replace(",", ""):
            number = Decimal(figure[1].replace(",", ""))
            yield name, format_decimal(number, locale=spoken_language()) + (figure[2] or "")
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value)
            yield name, format_date(day, "d MMM y", locale=spoken_language())
        else:
            yield name, _(value)
