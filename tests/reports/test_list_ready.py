"""The marketer's mail says what the executive's says: read with care."""

from __future__ import annotations

from datetime import date

import pytest

from reports.render import ListsReady, render_list_ready


@pytest.mark.parametrize("banner", [(), ("Orders are 20 days old & <thin>.",)])
def test_the_marketers_mail_carries_the_banner_of_its_publication(banner):
    ready = ListsReady("Kape", "en", date(2026, 10, 31), "run-1", "1", (), banner)
    mail = render_list_ready(ready)
    assert ("20 days old & <thin>" in mail.text) == bool(banner)
    assert ("20 days old &amp; &lt;thin&gt;" in mail.html) == bool(banner)
    assert ("READ WITH CARE" in mail.text) == bool(banner)
