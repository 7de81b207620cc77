"""The pages around a download: what there is, and in words why it is not given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.published_site import Publication, dates
from suki.pulling import Offer, offers
from suki.settings import Settings

if TYPE_CHECKING:
    from reports.handout import OfferRow

#: Tools that import a list; one that contacts nobody is for none of them.
TOOLS = ("klaviyo", "mailchimp", "meta")
#: Older dates stay reachable by their address.
DATES_SHOWN = 14


def offers_page(settings: Settings, shown: Publication) -> str:
    """HTML of every list and segment of a publication, in every shape it can be had in."""
    from reports.handout import Handouts, render_handouts

    _, found = offers(settings, shown.run_id)
    others = [day for day in dates(settings) if day != shown.as_of]
    return render_handouts(
        Handouts(
            shop_name=settings.business.store.name,
            locale=settings.business.mail.locale,
            as_of=date.fromisoformat(shown.as_of),
            run_id=shown.run_id,
            lists=tuple(_row("lists", one) for one in found if one.kind == "list"),
            segments=tuple(_row("segments", one) for one in found if one.kind == "segment"),
            dates=tuple(date.fromisoformat(day) for day in others[:DATES_SHOWN]),
        )
    )


def told_page(what: str, *, is_known: bool, reason: str = "", link: str = "") -> str:
    """HTML that says what became of a request; see `reports.handout.TOLD`.

    Args:
        is_known: the reader has signed in and may read who looks after Suki.
    """
    from reports.handout import Told, render_told

    settings = Settings()
    try:
        mail = settings.business.mail
        locale, owner = mail.locale, mail.owner if is_known else ""
    except ConfigurationError:  # what is wrong there must not hide what is told here
        locale, owner = "en", ""
    return render_told(Told(what, locale, owner, reason, link))


def _row(folder: str, offer: Offer) -> OfferRow:
    from reports.handout import OfferRow
    from reports.words import segment_words

    is_for_tools = offer.kind == "segment" or offer.channel in ("email", "sms", "phone")
    title = offer.title if offer.kind == "list" else segment_words(offer.name)[0]
    return OfferRow(
        folder, offer.name, title, offer.rows, TOOLS if is_for_tools else (), offer.channel or ""
    )
