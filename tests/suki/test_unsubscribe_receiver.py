"""From the click to the feed: a real server is asked, and what it wrote is read by the real reader."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from suki.consent_hits import record_refusals, refusals_since
from suki.ingestion import ingest_landing
from suki.ledger import Ledger
from suki.settings import Settings
from suki.unsubscribe import Unsubscription, address_key, token_for
from suki.unsubscribe_receiver import UnsubscribeReceiver
from suki.unsubscribe_server import open_server

SECRET = "a secret of this shop"
ANA = address_key("ana@example.com", SECRET.encode())
CLICK = Unsubscription(ANA, "email", "marketing", "reorder", date(2026, 10, 5), "th")
TOKEN = token_for(CLICK, SECRET.encode())
FORM = "application/x-www-form-urlencoded"
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "suki.toml").write_text(
        '[store]\nname = "Tea & <Co>"\ntimezone = "Asia/Manila"\nreporting_currency = "PHP"\n[ingest]\nsettle_seconds = 0\n'
    )
    (tmp_path / "landing").mkdir()
    return Settings({"SUKI_HOME": str(tmp_path), "SUKI_IDENTITY_KEY": SECRET})


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    with open_server(settings, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(
    port: int, method: str, token: str = TOKEN, body: str = "", **headers: str
) -> tuple[int, str, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"/unsubscribe?token={token}", body or None, given)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, page, answer


def click(port: int, token: str = TOKEN) -> int:
    return ask(port, "POST", token, ONE_CLICK, Content_Type=FORM)[0]


def files(settings: Settings) -> list[Path]:
    return sorted((settings.landing / "consents").glob("*"))


def stated(settings: Settings) -> set[tuple[str, str, str, str]]:
    frames = [pl.read_csv(path) for path in files(settings)]
    return set(pl.concat(frames).drop("stated_at").iter_rows()) if frames else set()


NO = {(ANA, "email", purpose, "no") for purpose in ("marketing", "birthday")}


def test_one_click_of_a_mail_program_stops_the_messages(port, settings):
    status, page, answer = ask(port, "POST", body=ONE_CLICK, Content_Type=FORM)
    assert status == 200
    assert "เรียบร้อยแล้ว" in page
    assert answer.getheader("Set-Cookie") is None
    assert answer.getheader("Location") is None
    assert stated(settings) == NO


def test_one_click_may_come_as_form_data_in_parts(port, settings):
    body = '--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xyz--\r\n'
    kind = "multipart/form-data; boundary=xyz"
    assert ask(port, "POST", body=body, Content_Type=kind)[0] == 200
    assert stated(settings) == NO


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_stops_nothing(port, settings, method):
    for _ in range(3):
        status, page, _answer = ask(port, method)
        assert status == 200
        assert bool(page) == (method == "GET")
    assert files(settings) == []


def test_the_page_speaks_the_customer_s_language_and_has_a_button_that_posts(port):
    _, page, answer = ask(port, "GET")
    assert '<html lang="th">' in page
    assert "หยุดรับข้อความเหล่านี้" in page
    assert '<form method="post">' in page
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    assert "Tea &amp; &lt;Co&gt;" in page
    assert "<Co>" not in page
    assert "<script" not in page
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert answer.getheader("Cache-Control") == "no-store"


def test_the_other_button_stops_everything_but_word_about_a_purchase(port, settings):
    assert ask(port, "POST", body="stop=all", Content_Type=FORM)[0] == 200
    assert {row[2] for row in stated(settings)} == {"marketing", "birthday", "survey"}


def test_a_second_click_is_answered_like_the_first_and_says_no_more(port, settings):
    assert [click(port) for _ in range(3)] == [200, 200, 200]
    (path,) = files(settings)
    assert len(path.read_text().splitlines()) == 3
    assert stated(settings) == NO


@pytest.mark.parametrize(
    "token", ["", "x", TOKEN[:-2], TOKEN + "x", token_for(CLICK, b"another key"), "A" * 5000]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_is_told_so_and_stops_nothing(port, settings, token, method):
    status, page, _ = ask(port, method, token, ONE_CLICK if method == "POST" else "")
    assert status == 400
    assert "This link is not complete" in page
    assert "Ten link jest niepełny" in page
    assert files(settings) == []


@pytest.mark.parametrize("body", ["List-Unsubscribe=Perhaps", "something=else", "stop=some", "{}"])
def test_a_post_that_asks_for_nothing_stops_nothing(port, settings, body):
    assert ask(port, "POST", body=body, Content_Type=FORM)[0] == 400
    assert files(settings) == []


def test_a_body_too_large_or_of_no_length_is_refused(port, settings):
    assert ask(port, "POST", body="x" * 5000, Content_Type=FORM)[0] == 413
    assert ask(port, "POST", body=ONE_CLICK, Content_Length="soon")[0] == 411
    assert files(settings) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_another_method_is_refused(port, method):
    status, _, answer = ask(port, method)
    assert (status, answer.getheader("Allow")) == (405, "GET, HEAD, POST")


def test_people_who_click_at_once_are_all_written_down(port, settings):
    keys = [f"{number:032x}" for number in range(24)]
    tokens = [token_for(replace(CLICK, email_key=key), SECRET.encode()) for key in keys]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda token: click(port, token), tokens)) == {200}
    assert {row[0] for row in stated(settings)} == set(keys)
    assert len(files(settings)) == 1


def test_nothing_personal_is_logged(port, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    click(port)
    ask(port, "GET", "forged")
    ask(port, "POST", body="x" * 5000)
    told = caplog.text + "".join(capfd.readouterr())
    assert "marketing of campaign reorder was refused" in told
    for secret in (ANA, TOKEN, "127.0.0.1", "token="):
        assert secret not in told


def test_a_no_that_cannot_be_written_down_is_not_answered_with_a_yes(settings, port):
    (settings.landing / "consents").write_text("a file where a folder belongs")
    assert click(port) == 503


def test_the_hit_of_today_is_in_the_file_of_the_shop_s_day(settings):
    late_in_utc = datetime(2026, 10, 5, 20, 30, tzinfo=UTC)
    path = record_refusals(settings, [(ANA, "email", "survey")], late_in_utc)
    assert path.name == "unsubscribed_2026-10-06.csv"
    assert path.read_text() == (
        "email_key,channel,purpose,is_granted,stated_at\n"
        f"{ANA},email,survey,no,2026-10-05T20:30:00+00:00\n"
    )


def test_a_second_no_of_the_day_counts_from_its_own_moment(settings):
    first = datetime(2026, 10, 5, 1, tzinfo=UTC)
    record_refusals(settings, [(ANA, "email", "survey")], first)
    path = record_refusals(settings, [(ANA, "email", "survey")], first + timedelta(hours=3))
    assert path.read_text().splitlines()[1:] == [f"{ANA},email,survey,no,2026-10-05T04:00:00+00:00"]


def test_a_file_that_somebody_edited_is_left_alone_and_no_hit_is_lost(settings):
    moment = datetime(2026, 10, 5, 1, tzinfo=UTC)
    path = record_refusals(settings, [(ANA, "email", "survey")], moment)
    path.write_text("key;note\n1;called back\n")
    again = record_refusals(settings, [(ANA, "email", "marketing")], moment)
    assert again.name == "unsubscribed_2026-10-05_2.csv"
    assert path.read_text() == "key;note\n1;called back\n"


def test_who_clicked_after_the_feed_was_read_is_known_before_anything_is_sent(settings):
    moment = datetime(2026, 10, 5, 1, tzinfo=UTC)
    record_refusals(settings, [(ANA, "email", "survey")], moment)
    assert refusals_since(settings, moment) == {(ANA, "email", "survey")}
    assert refusals_since(settings, moment + timedelta(seconds=1)) == frozenset()


def test_the_hour_of_the_hit_is_the_clock_s(settings):
    noon = datetime(2026, 10, 5, 4, tzinfo=UTC)
    receiver = UnsubscribeReceiver(settings, lambda: noon)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "QUERY_STRING": f"token={TOKEN}", "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(ONE_CLICK)), "wsgi.input": __import__("io").BytesIO(ONE_CLICK.encode()),
    }  # fmt: skip
    told: list[str] = []
    receiver(environ, lambda status, _headers: told.append(status))  # type: ignore[arg-type,return-value]
    assert told == ["200 OK"]
    assert refusals_since(settings, noon) == {
        (ANA, "email", "marketing"),
        (ANA, "email", "birthday"),
    }


def test_the_feed_is_read_by_the_next_run_and_the_customer_is_written_to_no_more(port, settings):
    """The whole way: an order with a yes, a click, the ingest, and the consent that stands."""
    orders = settings.landing / "orders"
    orders.mkdir()
    header = "order_id,ordered_at,currency,total_amount,email,accepts_email_marketing\n"
    (orders / "a.csv").write_text(header + "1,2026-10-01,PHP,5,Ana@Example.com,yes\n")
    assert click(port) == 200
    (orders / "b.csv").write_text(header + "2,2037-10-09,PHP,5,ana@example.com,yes\n")

    said: list[str] = []
    ledger = Ledger(settings.ledger_url)
    summary = ingest_landing(settings, ledger, said.append)
    assert (summary.files_accepted, summary.rows_quarantined) == (3, 0), said

    from suki.building import canonical_store
    from transforms.current_consents import latest_consents
    from transforms.identity import person_key

    store = canonical_store(settings, ledger.known_files())
    people = pl.DataFrame({"identifier": [ANA], "customer_id": ["ana"]})
    found = latest_consents(store, people, person_key(SECRET.encode()))
    assert found.select("customer_id", "channel", "purpose", "is_granted").rows() == [
        ("ana", "email", "birthday", False),
        ("ana", "email", "marketing", False),
    ]
