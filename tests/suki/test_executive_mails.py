"""Executives get each week and month once, on the first night after it; what went amiss is told."""

from __future__ import annotations

import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from reports.render import RenderedMail, write_rendered
from suki import pipeline
from suki.errors import SukiError
from suki.ledger import Ledger
from suki.report_calendar import last_complete
from suki.report_files import UNRENDERED, note_unrendered, write_mails
from suki.settings import Settings

SATURDAY = "2026-10-31"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
READERS = '[mail.{name}]\nrecipients = [{{address = "boss@example.com", language = "en"}}]\n'
BOTH = READERS.format(name="weekly") + READERS.format(name="monthly")
TEN = "[mail.weekly]\nrecipients = [{}]\n".format(
    ", ".join(f'{{address = "reader{n}@example.com"}}' for n in range(10))
)


def rendered(stem: str) -> RenderedMail:
    return RenderedMail(
        f"ร้าน: {stem}, zażółć",
        "",
        f"The {stem} text\n",
        f'<p>{stem}</p><img alt="x" src="cid:chart@suki">',
        {"chart@suki": PNG},
    )


class Shop:
    """A home whose runs are published without being computed."""

    def __init__(self, home: Path, toml: str = BOTH, port: int | None = None) -> None:
        self.home = home
        (home / "config").mkdir()
        (home / "config" / "suki.toml").write_text(toml, encoding="utf-8")
        self.environment = {"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "k"}
        if port is not None:
            self.environment |= {
                "SUKI_SMTP_HOST": "127.0.0.1", "SUKI_SMTP_PORT": str(port),
                "SUKI_SMTP_SECURITY": "none", "SUKI_SMTP_TIMEOUT_SECONDS": "5",
            }  # fmt: skip
        self.settings = Settings(self.environment)
        self.ledger = Ledger(self.settings.ledger_url)

    def publish(
        self, as_of: str, run_id: str | None = None, *, first_order: date = date(2024, 1, 1)
    ) -> str:
        run_id = run_id or f"{as_of}_run"
        folder = self.settings.runs / run_id
        for cadence in ("weekly", "monthly"):
            for locale in ("en", "pl"):
                stem = f"{cadence}.{locale}"
                write_rendered(rendered(stem), folder / "reports", stem)
        for locale in ("en", "pl"):
            (folder / "reports" / f"monthly.{locale}.pdf").write_bytes(
                b"%PDF-1.7 " + locale.encode()
            )
        (folder / "marts").mkdir()
        orders = pl.DataFrame({"order_date": [first_order, first_order + timedelta(9)]})
        orders.write_parquet(folder / "marts" / "order_ledger.parquet")
        self.ledger.open_run(run_id, as_of, None)
        self.ledger.close_run(run_id, "published")
        return run_id

    def sent(self) -> Counter[tuple[str, str]]:
        """(message, period) -> copies that were handed over, alerts left out."""
        return Counter(
            (m["message"], m["period"])
            for m in self.ledger.messages(statuses=["sent", "written"])
            if m["message"] != "owner_alert"
        )

    def alerts(self) -> list[str]:
        mails = sorted((self.home / "outbox").glob("*_owner_alert_*.eml"))
        read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mails]
        return [str(mail.get_body(("plain",)).get_content()) for mail in read]  # type: ignore[union-attr]


Open = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    def made(toml: str = BOTH, port: int | None = None) -> Shop:
        opened = Shop(tmp_path / "shop", toml, port)
        for name, value in opened.environment.items():
            monkeypatch.setenv(name, value)
        return opened

    (tmp_path / "shop").mkdir()
    return made


class Server:
    """Takes mail at one port while it is up; refuses the recipients it is told to."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.received: list[Any] = []
        self.refused: dict[str, str] = {}
        self.connections = 0

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    @contextmanager
    def up(self) -> Iterator[None]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()


def test_each_report_goes_out_for_the_period_that_is_over_and_never_again(shop):
    home = shop()
    run_id = home.publish(SATURDAY)
    assert pipeline.report(run_id)["mails"] == {"written": 2}
    assert pipeline.report(run_id)["mails"] == {"already": 2}
    assert home.sent() == {("weekly", "2026-10-25"): 1, ("monthly", SATURDAY): 1}
    later = home.publish("2026-11-01")
    pipeline.report(later)
    assert home.sent()[("weekly", "2026-11-01")] == 1
    assert home.sent()[("monthly", SATURDAY)] == 1


def test_restated_figures_are_no_second_message(shop):
    home = shop()
    pipeline.report(home.publish(SATURDAY))
    again = pipeline.report(home.publish(SATURDAY, "restated"))
    assert again["mails"] == {"already": 2}


def test_a_reader_added_later_gets_the_period_and_the_others_do_not_get_it_again(shop):
    home = shop(READERS.format(name="weekly"))
    pipeline.report(home.publish(SATURDAY))
    toml = home.home / "config" / "suki.toml"
    toml.write_text(
        toml.read_text().replace("}]", '}, {address = "next@example.com", language = "pl"}]')
    )
    told = pipeline.report(home.publish(SATURDAY, "with_another_reader"))
    assert told["mails"] == {"already": 1, "written": 1}


def test_a_shop_that_begins_in_the_middle_of_a_month_gets_no_mail_of_the_month_before(shop):
    home = shop()
    told = pipeline.report(home.publish("2026-11-25"))
    assert home.sent() == {("weekly", "2026-11-22"): 1}
    assert "was news until 2026-11-20" in told["not_due"]["monthly"]


def test_a_shop_in_its_first_week_tells_of_no_week_before_it_existed(shop):
    home = shop()
    told = pipeline.report(home.publish(SATURDAY, first_order=date(2026, 10, 28)))
    assert home.sent() == {("monthly", SATURDAY): 1}
    assert "no order before the end of 2026-10-25" in told["not_due"]["weekly"]


def test_a_report_nobody_reads_is_sent_to_nobody_and_that_is_said(shop, caplog):
    home = shop("[mail.monthly]\nrecipients = []\n")
    with caplog.at_level("INFO", logger="suki"):
        told = pipeline.report(home.publish(SATURDAY))
    assert told["mails"] == {}
    assert home.ledger.messages() == []
    assert caplog.text.count("mail.monthly.recipients in suki.toml is empty") == 1


def test_each_reader_gets_their_language(shop):
    home = shop(
        '[mail.weekly]\nrecipients = [{address = "a@example.com"}, {address = "b@example.com", language = "pl"}]\n'
    )
    pipeline.report(home.publish(SATURDAY))
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (home.home / "outbox").iterdir()
    ]
    assert {(m["To"], m["Subject"]) for m in mails} == {
        ("a@example.com", "ร้าน: weekly.en, zażółć"),
        ("b@example.com", "ร้าน: weekly.pl, zażółć"),
    }


NIGHTS = st.lists(st.integers(1, 12), min_size=1, max_size=7)


@examples(max_examples=8, deadline=None)
@given(NIGHTS, st.dates(date(2026, 1, 1), date(2027, 2, 1)), st.integers(0, 6), st.integers(1, 7))
def test_over_any_nights_with_gaps_every_period_that_was_news_is_sent_exactly_once(
    gaps: list[int], first: date, late: int, week_start: int
) -> None:
    nights = [first]
    for gap in gaps:
        nights.append(nights[-1] + timedelta(gap))
    toml = f"[store]\nweek_start = {week_start}\n{READERS.format(name='weekly')}"
    toml += f"late_within_days = {late}\n{READERS.format(name='monthly')}"
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Shop(Path(folder), toml)
        for name, value in home.environment.items():
            patch.setenv(name, value)
        for night in nights:
            for attempt in ("first", "again"):
                pipeline.report(home.publish(night.isoformat(), f"{night}_{attempt}"))
        sent = home.sent()
    wanted = {
        (cadence, period.end.isoformat())
        for night in nights
        for cadence, days in (("weekly", late), ("monthly", 20))
        if night - (period := last_complete(cadence, night, week_start)).end <= timedelta(days)  # type: ignore[arg-type]
    }
    assert sent == dict.fromkeys(wanted, 1)


def test_what_the_server_received_is_what_was_rendered(shop):
    server = Server()
    home = shop(READERS.format(name="weekly"), server.port)
    with server.up():
        assert pipeline.report(home.publish(SATURDAY))["mails"] == {"sent": 1}
    (mail,) = server.received
    wanted = rendered("weekly.en")
    assert (mail["To"], mail["Subject"]) == ("boss@example.com", wanted.subject)
    assert mail["From"] == "Suki <suki@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.com>")
    text, related = mail.iter_parts()
    html, picture = related.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == wanted.text
    assert html.get_content().strip() == wanted.html
    assert picture.get_content() == PNG
    assert picture["Content-ID"] == "<chart@suki>"


def test_one_reader_refused_among_ten_is_named_by_key_and_nine_have_their_mail(shop, capsys):
    server = Server()
    server.refused = {"reader4@example.com": "550 no such person reader4@example.com"}
    home = shop(TEN, server.port)
    run_id = home.publish(SATURDAY)
    with server.up(), pytest.raises(SukiError, match="not sent to 1 of 10 recipients") as caught:
        pipeline.report(run_id)
    assert len(server.received) == 9
    assert server.connections == 1
    (failed,) = home.ledger.messages(statuses=["failed"])
    assert "refused the recipient (550)" in failed["reason"]
    from suki.status import print_status

    print_status(0)
    told = " ".join(capsys.readouterr().out.split())
    assert f"weekly for 2026-10-25 ({failed['key'][:12]}): failed:" in told
    assert "monthly report: it is sent to nobody" in told
    assert "reader4" not in told + str(caught.value)
    (path,) = (home.home / "outbox").glob(f"*{failed['key'][:12]}.eml")
    assert b"To: reader4@example.com" in path.read_bytes()


def test_a_server_that_was_down_for_a_night_serves_everybody_once_on_the_next(shop):
    server = Server()
    home = shop(TEN, server.port)
    with pytest.raises(SukiError, match="not sent to 10 of 10"):
        pipeline.report(home.publish("2026-10-25"))
    assert {m["status"] for m in home.ledger.messages()} == {"failed"}
    with server.up():
        assert pipeline.report(home.publish("2026-10-26"))["mails"] == {"sent": 10}
        assert pipeline.report(home.publish("2026-10-27"))["mails"] == {"already": 10}
    assert sorted(m["To"] for m in server.received) == [f"reader{n}@example.com" for n in range(10)]


def test_a_server_kept_by_airflow_is_asked_in_place_of_the_environments(shop):
    server = Server()
    home = shop(READERS.format(name="weekly"), port=1)
    kept = {"conn_id": "suki_smtp", "host": "127.0.0.1", "port": server.port,
            "extra": {"disable_ssl": True, "disable_tls": True}}  # fmt: skip
    with server.up():
        assert pipeline.report(home.publish(SATURDAY), kept)["mails"] == {"sent": 1}
    assert len(server.received) == 1


def test_a_mail_that_could_not_be_made_is_told_to_the_owner_and_stops_nobody_elses(shop):
    home = shop()
    run_id = home.publish(SATURDAY)
    folder = home.settings.runs / run_id / "reports"
    (folder / UNRENDERED).write_text('{"weekly.en": "ReportError: rpt_revenue lacks a column"}')
    for _ in range(2):
        with pytest.raises(SukiError, match=r"weekly\.en could not be made: .*lacks a column"):
            pipeline.report(run_id)
    assert home.sent() == {("monthly", SATURDAY): 1}
    (told,) = home.alerts()
    assert "rpt_revenue lacks a column" in told
    assert "Figures and lists are published" in told


def test_a_reader_whose_language_the_run_was_not_made_in_is_told_what_to_do(shop):
    home = shop(READERS.format(name="weekly").replace('"en"', '"th"'))
    with pytest.raises(SukiError, match=r"no mail weekly\.th.*`suki run` makes it anew"):
        pipeline.report(home.publish(SATURDAY))
    assert home.sent() == {}


def test_a_defect_in_one_mail_leaves_the_others_and_a_note_why(tmp_path, monkeypatch):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Context:
        locale: str

    def render(context: Context, cadence: str) -> RenderedMail:
        if (cadence, context.locale) == ("monthly", "pl"):
            raise ZeroDivisionError("no customers")
        return rendered(f"{cadence}.{context.locale}")

    monkeypatch.setattr("reports.render.render_mail", render)
    toml = READERS.format(name="monthly").replace(
        "}]", '}, {address = "b@example.com", language = "pl"}]'
    )
    home = Settings({"SUKI_HOME": str(tmp_path)})
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "suki.toml").write_text(toml)
    write_mails(Context("en"), tmp_path / "reports", home.business.mail)  # type: ignore[arg-type]
    made = {path.name for path in (tmp_path / "reports").glob("*.html")}
    assert made == {"weekly.en.html", "monthly.en.html"}
    note = (tmp_path / "reports" / UNRENDERED).read_text()
    assert '"monthly.pl": "ZeroDivisionError: no customers"' in note


def test_where_not_even_the_figures_can_be_read_every_mail_is_noted(tmp_path):
    home = Settings({"SUKI_HOME": str(tmp_path)})
    (tmp_path / "reports").mkdir()
    note_unrendered(tmp_path / "reports", home.business.mail, "a table is missing")
    assert (tmp_path / "reports" / UNRENDERED).read_text().count("a table is missing") == 2
