"""The board's PDF goes with the monthly mail; a mail without it still goes, and that is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from reports.render import RenderedMail, write_rendered
from suki.delivery import Delivery
from suki.errors import SukiError
from suki.executive_mails import Due, _sent
from suki.ledger import Ledger
from suki.report_calendar import Period
from suki.report_files import read_pdf, write_mails
from suki.settings import Settings

RUN = "2026-10-31_run"
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
PDF = b"%PDF-1.7 \x00\xff"
TOML = """
[mail.monthly]
recipients = [{ address = "board@example.com" }]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "suki.toml").write_text(TOML, encoding="utf-8")
    settings = Settings({"SUKI_HOME": str(tmp_path), "SUKI_IDENTITY_KEY": "k"})
    folder = settings.runs / RUN / "reports"
    write_rendered(RenderedMail("October", "", "words\n", "<p>words</p>"), folder, "monthly.en")
    (folder / "monthly.en.pdf").write_bytes(PDF)
    return settings


def sent(settings: Settings) -> tuple[list[str | SukiError], Iterator[EmailMessage]]:
    due = Due("monthly", OCTOBER, settings.business.mail.monthly.recipients)
    ledger = Ledger(settings.ledger_url)
    with Delivery(settings, ledger, lambda _: None) as delivery:
        outcomes = list(_sent(due, RUN, settings, delivery))
    mails = sorted(settings.outbox.glob("*.eml"))
    return outcomes, (message_from_bytes(one.read_bytes(), policy=policy.default) for one in mails)


def test_the_monthly_mail_carries_the_pdf_under_the_months_name(settings: Settings) -> None:
    outcomes, mails = sent(settings)
    (mail,) = mails
    (attached,) = mail.iter_attachments()
    assert outcomes == ["written"]
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "customer-report-2026-10.pdf"
    assert attached.get_content() == PDF
    assert mail.get_body(("html",)).get_content().strip() == "<p>words</p>"


def test_a_shop_may_want_no_attachment(settings: Settings) -> None:
    (settings.home / "config" / "suki.toml").write_text(TOML + "attach_pdf = false\n")
    _, mails = sent(Settings({"SUKI_HOME": str(settings.home), "SUKI_IDENTITY_KEY": "k"}))
    assert not list(next(mails).iter_attachments())


def test_without_a_pdf_the_mail_goes_once_and_the_lack_is_told_once(settings: Settings) -> None:
    (settings.runs / RUN / "reports" / "monthly.en.pdf").unlink()
    first, mails = sent(settings)
    assert first[0] == "written"
    assert "went out without its PDF monthly.en.pdf" in str(first[1])
    assert not list(next(mails).iter_attachments())
    assert sent(settings)[0] == ["already"]


def test_a_pdf_that_cannot_be_made_leaves_the_mail_and_a_note_why(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.reports.conftest import load_shop, shop_rows, write_marts

    def damaged(*_: object) -> bytes:
        raise ValueError("the font is damaged")

    mail = RenderedMail("October", "", "words\n", "<p>words</p>")
    monkeypatch.setattr("reports.pdf.render_pdf", damaged)
    monkeypatch.setattr("reports.render.render_mail", lambda *_: mail)
    folder = tmp_path / "reports"
    context = load_shop(write_marts(tmp_path / "marts", shop_rows()), locale="en")
    write_mails(context, folder, settings.business.mail)
    assert (folder / "monthly.en.html").is_file()
    with pytest.raises(SukiError, match=r"monthly\.en\.pdf: ValueError: the font is damaged"):
        read_pdf(folder, "en")
