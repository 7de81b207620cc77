"""The KPI mail says what the tables hold, to the digit, and says in words what they cannot."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from reports.contexts import ReportContext, ReportError
from reports.formats import Formats
from reports.render import environment, render_mail, write_rendered

GMAIL_CLIPS_AT = 102 * 1024

# Written by hand from the rows in conftest, not computed: value and change on the month before.
EXPECTED_KPIS = {
    "Value per customer to date": ("£123.46", "+2.0%"),
    "Customers kept": ("71.8%", "+1.2 points"),
    "Retention, classic formula": ("80.3%", "+1.1 points"),
    "Customers lost": ("28.2%", "−1.2 points"),
    "Second order within 90 days": ("34.6%", "−1.6 points"),
    "Sales from existing customers": ("63.3%", "+2.2 points"),
    "Net sales": ("£48,214", "+4.2%"),
    "Average order": ("£59.38", "−1.0%"),
    "Orders": ("812", "+5.3%"),
    "Active customers": ("1,264", "+3.7%"),
    "Net Promoter Score": ("42", "+3.5 points"),
}


def words_of(html: str) -> str:
    """The visible words of a mail, single-spaced."""
    body = re.sub(r"<style.*?</style>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_every_figure_of_the_tables_stands_in_both_parts(context: ReportContext) -> None:
    mail = render_mail(context)
    html = words_of(mail.html)
    assert len(context.kpis) == len(EXPECTED_KPIS)
    for title, (value, change) in EXPECTED_KPIS.items():
        pattern = rf"{re.escape(title)}:? {re.escape(value)} [▲▼]? ?{re.escape(change)}"
        assert re.search(pattern, html), f"{title} {value} {change} not in the HTML"
        assert re.search(pattern, " ".join(mail.text.split())), f"{title} not in the text"
    assert "95% interval 69.2% to 74.2%" in html
    assert "n = 1,219" in html


def test_the_subject_and_the_headline_state_the_retention_rate(context: ReportContext) -> None:
    mail = render_mail(context)
    assert mail.subject == (
        "Harbour & Pine: 71.8% of active customers stayed in September 2026 (+1.2 points)"
    )
    headline = "71.8% of your active customers stayed in September 2026, 1.2 points more than in"
    assert f"{headline} August." in words_of(mail.html)
    assert "The change in retention is within the margin of error." in words_of(mail.html)


def test_segments_lists_freshness_and_quarantine_are_told(context: ReportContext) -> None:
    html = words_of(render_mail(context).html)
    assert "Champions bought lately, often and for much 214 9.7% £25,113 9.7% 128" in html
    assert "Time to reorder 7 left out: cooldown, 41 left out: no consent 86" in html
    assert "Orders 3 Oct 2026 1 day old 8,764 2 stale 5 of 8,937 read" in html
    assert "Surveys: the newest response is 14 days old; NPS may be behind." in html
    assert "run 2026-10-04T0300-7f3a" in html


def test_a_small_sample_is_marked_and_never_coloured(context: ReportContext) -> None:
    html = render_mail(context).html
    card = html[html.index("#define-nps") : html.index("#define-nps") + 1500]
    assert "n = 24" in words_of(card)
    assert "small sample" in words_of(card)
    assert 'class="better"' not in card


def test_an_unfinished_cohort_month_enters_no_average(tables: dict, make_context: Callable) -> None:
    # Two cohorts of 100: 20 and 40 came back in a finished month 1, then 90 in a running one.
    cells = [(date(2026, 7, 1), 20, "complete"), (date(2026, 8, 1), 40, "complete")]
    cells.append((date(2026, 9, 1), 90, "partial"))
    tables["rpt_cohorts"] = [
        {
            "cohort_month": month,
            "month_offset": 1,
            "cohort_size": 100,
            "active_customers": active,
            "retention_rate": active / 100,
            "cell_status": status,
        }
        for month, active, status in cells
    ]
    mail = render_mail(make_context(tables))
    assert "month 1: 30.0% of 200 customers" in mail.text
    assert "30.0% of new customers order again in month 1" in words_of(mail.html)
    assert 'title="month still running"' in mail.html


def test_a_null_figure_gives_its_reason_and_never_a_zero(
    tables: dict, make_context: Callable
) -> None:
    nothing = {"value": None, "previous_value": None, "reason_code": "history_shorter_than_A"}
    tables["rpt_headline"] = [
        row | (nothing if row["metric"] == "retention_rate" else {})
        for row in tables["rpt_headline"]
    ]
    mail = render_mail(make_context(tables))
    told = "n/a: the shop's history is still shorter than the active window"
    assert f"Customers kept {told}" in words_of(mail.html)
    assert f"Customers kept: {told}" in mail.text
    assert mail.subject == "Harbour & Pine: customer report, 4 Oct 2026"
    assert "Retention cannot be stated" in mail.text
    assert not re.search(r"Customers kept:? 0", words_of(mail.html) + mail.text)


def test_the_first_week_of_a_shop_gives_a_truthful_mail(first_week: ReportContext) -> None:
    mail = render_mail(first_week)
    html = words_of(mail.html)
    assert not mail.images
    assert "Retention cannot be stated: no complete period yet." in html
    assert html.count("n/a: no complete period yet") == 11
    for told in (
        "No retention chart yet, it needs two complete months.",
        "No sales chart yet: there is no complete month.",
        "No cohort table yet",
        "No segments yet",
        "no survey has been read yet",
        "No list is ready today.",
        "No feed has been read yet.",
    ):
        assert told in html, told
        assert told in mail.text, told
    assert "0.0%" not in html


def test_a_run_without_any_headline_row_still_tells_so(make_context: Callable) -> None:
    mail = render_mail(make_context({}, banner=(), lists=(), intake=()))
    assert "There is no complete period to report on yet." in words_of(mail.html)


def test_names_with_markup_are_shown_and_never_run(tables: dict, make_context: Callable) -> None:
    tables["rpt_segments"][0]["segment"] = "<script>alert(1)</script>"
    mail = render_mail(make_context(tables, shop_name="<b>Shop</b> & Co", banner=["<img src=x>"]))
    assert "<script>alert" not in mail.html
    assert "<b>Shop</b>" not in mail.html
    assert "<img src=x>" not in mail.html
    assert "&lt;b&gt;Shop&lt;/b&gt; &amp; Co" in mail.html
    assert mail.subject.startswith("<b>Shop</b> & Co: ")


def test_the_mail_asks_nothing_of_the_network(context: ReportContext) -> None:
    html = render_mail(context).html
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(sources) >= 13
    assert all(source.startswith(("cid:", "#")) for source in sources)
    assert not re.search(r"https?://|url\(|@import|<script|<link", html)


def test_the_mail_is_small_enough_not_to_be_clipped(context: ReportContext) -> None:
    assert len(render_mail(context).html.encode()) < GMAIL_CLIPS_AT


def test_every_picture_has_words_and_every_word_its_style(context: ReportContext) -> None:
    mail = render_mail(context)
    pictures = re.findall(r"<img [^>]*>", mail.html)
    assert len(pictures) == len(mail.images) == 2
    assert all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)
    assert all(f"cid:{cid}" in mail.html for cid in mail.images)
    assert "prefers-color-scheme: dark" in mail.html
    assert "max-width: 560px" in mail.html


def test_many_warnings_are_short_in_html_and_whole_in_the_text(
    tables: dict, make_context: Callable
) -> None:
    warnings = [f"Rule {number} is broken. Look at line {number}." for number in range(1, 6)]
    mail = render_mail(make_context(tables, banner=warnings))
    html = words_of(mail.html)
    assert "Rule 3 is broken. And 2 more warnings: the page Data quality lists all." in html
    assert "Look at line 1" not in html
    assert "- Rule 5 is broken. Look at line 5." in mail.text


def test_the_share_of_existing_customers_has_one_value_and_says_of_what(
    context: ReportContext,
) -> None:
    html = words_of(render_mail(context).html)
    assert "existing customers made 63.3% of sales to known customers." in html
    assert "£48,214 net sales in September 2026, £29,299 from existing customers" in html


def test_a_figure_without_an_earlier_one_or_an_id_reads_as_a_sentence(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_headline"][6] |= {"metric_id": None, "previous_value": None}
    mail = render_mail(make_context(tables))
    assert "Net sales £48,214 nothing earlier to compare with" in words_of(mail.html)
    assert "None" not in mail.text + words_of(mail.html)


def test_a_change_that_rounds_to_nothing_is_called_no_change(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_headline"][1]["previous_value"] = 0.7183
    mail = render_mail(make_context(tables))
    assert mail.subject.endswith("stayed in September 2026 (no change)")
    assert "Customers kept 71.8% no change vs Aug 2026" in words_of(mail.html)
    assert "0.0 points" not in mail.text + words_of(mail.html)


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="report"):
        environment(Formats("en_GB", "GBP")).get_template("kpi.txt").render()


def test_a_note_stands_beside_the_figures_of_its_month_and_an_old_one_does_not(
    context: ReportContext,
) -> None:
    mail = render_mail(context)
    for told in (words_of(mail.html), mail.text):
        assert "12 Sept 2026: The web shop was down" in told
        assert "A sale too old to explain" not in told


def test_numbers_are_written_as_the_reader_writes_them(
    tables: dict, make_context: Callable
) -> None:
    mail = render_mail(make_context(tables, locale="pl_PL", currency="PLN"))
    assert "71,8%" in mail.subject
    assert "Net sales 48 214 zł ▲ +4,2%" in words_of(mail.html)


def test_a_thai_shop_name_survives(tables: dict, make_context: Callable) -> None:
    mail = render_mail(make_context(tables, shop_name="ร้านน้ำใจ Łódź"))
    assert "ร้านน้ำใจ Łódź" in mail.html
    assert mail.subject.startswith("ร้านน้ำใจ Łódź: ")


@pytest.mark.parametrize("name", ["Shop\r\nBcc: all@example.com", "Shop\n", "", "\t"])
def test_a_shop_name_that_could_forge_a_header_is_refused(
    tables: dict, make_context: Callable, name: str
) -> None:
    with pytest.raises(ReportError, match="shop name"):
        make_context(tables, shop_name=name)


def test_an_unfinished_month_among_complete_ones_stops_the_mail(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_revenue"][-1]["period_end"] = date(2026, 10, 31)
    with pytest.raises(ReportError, match=r"rpt_revenue.*2026-10-31"):
        make_context(tables)


def test_tables_of_another_date_stop_the_mail(tables: dict, make_context: Callable) -> None:
    with pytest.raises(ReportError, match=r"made for 2026-10-04.*2026-10-05"):
        make_context(tables, as_of=date(2026, 10, 5))


def test_the_same_run_gives_the_same_bytes_in_another_process(
    context: ReportContext, tmp_path: Path
) -> None:
    first = write_rendered(render_mail(context), tmp_path / "first", "kpi")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import conftest\n"
        "from reports.render import render_mail, write_rendered\n"
        "context = conftest.load_shop(Path(sys.argv[2]))\n"
        "write_rendered(render_mail(context), Path(sys.argv[3]), 'kpi')\n"
    )
    arguments = [str(Path(__file__).parent), str(tmp_path / "marts"), str(tmp_path / "second")]
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, cwd=root)
    assert len(first) == 5
    for path in first:
        twin = tmp_path / "second" / path.relative_to(tmp_path / "first")
        assert twin.read_bytes() == path.read_bytes(), path.name
