"""Pages that only exist behind a login: what can be downloaded, and why somebody may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.formats import Formats
from reports.languages import in_its_language
from reports.render import environment

#: What a request came to -> the words of `told.html` for it.
TOLD = ("sign_in", "not_you", "not_now", "nothing_here", "nothing_yet")


@dataclass(frozen=True)
class OfferRow:
    """A list or segment to download; `shapes` are those that make sense for it."""

    folder: str
    name: str
    title: str
    rows: int
    shapes: tuple[str, ...] = ()
    channel: str = ""


@dataclass(frozen=True)
class Handouts:
    """Everything a publication offers, and the other dates that have one."""

    shop_name: str
    locale: str
    as_of: date
    run_id: str
    lists: tuple[OfferRow, ...]
    segments: tuple[OfferRow, ...]
    dates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Told:
    """One plain page in place of what was asked for.

    Attributes:
        what: one of TOLD.
        owner: whom to ask; known to those only who have signed in.
        reason: what Suki said, in English, where something is in the way.
        link: where to go from here.
    """

    what: str
    locale: str = "en"
    owner: str = ""
    reason: str = ""
    link: str = ""


@in_its_language
def render_handouts(handouts: Handouts) -> str:
    """The page with every list and segment in every shape it can be had in."""
    formats = Formats(handouts.locale, "EUR")
    return environment(formats).get_template("handout/offers.html").render(page=handouts)


@in_its_language
def render_told(told: Told) -> str:
    """The page that says in words what became of a request.

    Raises:
        ValueError: there are no words for it.
    """
    if told.what not in TOLD:
        raise ValueError(f"no words for {told.what!r}; there are {', '.join(TOLD)}")
    formats = Formats(told.locale, "EUR")
    return environment(formats).get_template("handout/told.html").render(told=told)
