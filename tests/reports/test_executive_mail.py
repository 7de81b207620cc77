"""The executive mail says what the tables hold, to the digit, and says in words what they cannot."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from jinja2 import UndefinedError

from reports.clipping import clipped
from reports.contexts import FeedIntake, ListSummary, ReportContext, ReportError
from reports.executive import CADENCES, edition
from reports.formats import Formats
from reports.render import environment, render_mail, write_rendered

#: Gmail clips at 102 KB; kept under it in thousands, which is the stricter reading.
CLIPPED_AT = 102_000

# Written by hand from the rows in conftest, not computed: value and change on the month before.
EXPECTED_KPIS = {
    "Value per customer to date": ("£123.46", "+2.0%"),
    "Customers kept": ("71.8%", "+1.2 points"),
    "Retention, classic formula": ("80.3%", "+1.1 points"),
    "Customers lost": ("28.2%", "−1.2 points"),
    "Second order within 90 days": ("34.6%", "−1.6 points"),
    "Active customers": ("1,264", "+3.7%"),
    "Time to the first answer": ("2.5 hrs", "+208.2%"),
    "Sales from existing customers": ("63.3%", "+2.2 points"),
    "Net sales": ("£48,214", "+4.2%"),
    "Average order": ("£59.38", "−1.0%"),
    "Orders": ("812", "+5.3%"),
    "Net Promoter Score": ("42", "+3.5 points"),
    "Orders brought by referrals": ("4.3%", "+0.4 points"),
}
EXPECTED_WEEK = {
    "Value per customer to date": ("£123.46", "+2.0%"),
    "Customers kept": ("96.4%", "+1.3 points"),
    "Customers lost": ("3.6%", "−1.3 points"),
    "Sales from existing customers": ("60.1%", "−4.0 points"),
    "Net sales": ("£11,204", "−13.4%"),
    "Average order": ("£58.05", "−4.0%"),
    "Orders": ("193", "−9.8%"),
}
EXPECTED = {"monthly": EXPECTED_KPIS, "weekly": EXPECTED_WEEK}
SUBJECTS = {
    "monthly": "Harbour & Pine: 71.8% of active customers stayed in September 2026 (+1.2 points)",
    "weekly": (
        "Harbour & Pine: 96.4% of active customers stayed in the week 28 Sept – 4 Oct 2026 "
        "(+1.3 points)"
    ),
}
HEADLINES = {
    "monthly": (
        "71.8% of your active customers stayed in September 2026, 1.2 points more than in August."
    ),
    "weekly": (
        "96.4% of your active customers stayed in the week 28 Sept – 4 Oct 2026, "
        "1.3 points more than in the week before."
    ),
}


def words_of(html: str) -> str:
    """The visible words of a mail, single-spaced."""
    body = re.sub(r"<style.*?</style>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def card_of(html: str, metric: str) -> str:
    """The words of one key figure's card."""
    start = html.index(f'href="#define-{metric}"')
    end = re.compile(r"</td>").search(html, start)
    assert end is not None
    return words_of("<a " + html[start : end.start()])


def number_in(text: str) -> tuple[Decimal, Decimal]:
    """A printed number and half a unit of its last digit; a percentage as a share."""
    found = re.search(r"[−-]?[\d,]+(\.\d+)?", text)
    assert found is not None, text
    digits = found.group().replace(",", "").replace("−", "-")
    half = Decimal(5).scaleb(-1 - len((found.group(1) or ".")[1:]))
    scale = Decimal(100) if text[found.end() : found.end() + 1] == "%" else Decimal(1)
    return Decimal(digits) / scale, half / scale


@pytest.mark.parametrize("cadence", CADENCES)
def test_every_figure_of_the_tables_stands_in_both_parts(context: ReportContext, cadence) -> None:
    mail = render_mail(context, cadence)
    html, text = words_of(mail.html), " ".join(mail.text.split())
    for title, (value, change) in EXPECTED[cadence].items():
        told = rf"{re.escape(title)}:? {re.escape(value)} .{{0,40}}?{re.escape(change)}"
        assert re.search(told, html), f"{title} {value} {change} not in the HTML"
        assert re.search(told, text), f"{title} not in the text"


@pytest.mark.parametrize(
    ("cadence", "table", "number"),
    [("weekly", "rpt_headline_week", 8), ("monthly", "rpt_headline", 11)],
)
def test_each_card_prints_the_value_of_the_published_table(
    context: ReportContext, tmp_path: Path, cadence, table, number
) -> None:
    rows = pl.read_parquet(tmp_path / "marts" / f"{table}.parquet").to_dicts()
    html = render_mail(context, cadence).html
    assert len(rows) == number
    for row in rows:
        card = card_of(html, row["metric"])
        printed, half = number_in(card.removeprefix(row["title"]).strip())
        assert abs(printed - Decimal(repr(row["value"]))) <= half, f"{row['metric']}: {card}"
        assert f"n = {row['sample_size']:,}" in card


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_revenue_bridge_prints_the_published_steps_and_they_add_up(
    context: ReportContext, tmp_path: Path, cadence
) -> None:
    kind = {"weekly": "week", "monthly": "month"}[cadence]
    published = pl.read_parquet(tmp_path / "marts" / "rpt_revenue_bridge.parquet").filter(
        pl.col("period_type") == kind, pl.col("comparison") == "previous"
    )
    amounts = dict(published.select("component", "amount").iter_rows())
    assert sum(amounts.values()) == 2 * amounts["end"]
    text = render_mail(context, cadence).text
    told = re.findall(r"^  .+: ([+−]?£[\d,.]+)(?: \([\d,]+ customers?\))?$", text, re.MULTILINE)
    told_amounts = [number_in(one.replace("£", "").replace("+", "")) for one in told]
    shown = [amount for amount in amounts.values() if amount]
    assert len(told_amounts) == len(shown)
    for (printed, half), amount in zip(told_amounts, shown, strict=True):
        assert abs(printed - amount) <= half


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_subject_and_the_headline_state_the_retention_rate(
    context: ReportContext, cadence
) -> None:
    mail = render_mail(context, cadence)
    assert mail.subject == SUBJECTS[cadence]
    assert HEADLINES[cadence] in words_of(mail.html)
    assert HEADLINES[cadence] in mail.text


def test_a_change_inside_the_interval_is_called_noise_and_one_outside_is_not(
    context: ReportContext,
) -> None:
    told = "The change in retention is within the margin of error."
    assert told in render_mail(context, "monthly").text
    assert told not in render_mail(context, "weekly").text


def test_the_three_goals_are_told_in_their_order(context: ReportContext) -> None:
    html = words_of(render_mail(context, "monthly").html)
    places = [
        html.index(words)
        for words in (
            "Goal 1 of 3 Keep them",
            "Value per customer to date £123.46",
            "Customers kept 71.8%",
            "Goal 2 of 3 Let them spend more",
            "Net sales rose by £1,943",
            "Goal 3 of 3 Have them refer us",
            "Net Promoter Score 42",
            "What we will do",
            "How fresh and complete this is",
        )
    ]
    assert places == sorted(places)


def test_value_to_date_leads_every_mail_and_second_orders_follow_the_churn(
    context: ReportContext,
) -> None:
    monthly, weekly = (
        [kpi.metric for kpi in edition(context, cadence).kpis] for cadence in ("monthly", "weekly")
    )
    assert monthly[:2] == weekly[:2] == ["historic_clv_per_customer", "retention_rate"]
    assert weekly == [metric for metric in monthly if metric != "retention_rate_classic"]


def test_a_key_figure_nobody_sorted_into_a_goal_is_still_told(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_headline"].append(tables["rpt_headline"][0] | {"position": 12, "metric": "brand_n"})
    assert any(kpi.metric == "brand_n" for kpi in edition(make_context(tables), "monthly").keep)


def test_the_target_and_its_mark_are_words_and_a_shape(context: ReportContext) -> None:
    html = render_mail(context, "monthly").html
    assert "71.8% ✓ On track target 70.0%" in card_of(html, "retention_rate")
    assert "42 ✕ Off track target 45" in card_of(html, "nps")
    assert "On track" not in card_of(html, "net_sales")


def test_who_slipped_and_who_came_back_is_counted_against_the_period_before(
    context: ReportContext,
) -> None:
    html = words_of(render_mail(context, "monthly").html)
    assert "201 slipped away, 41 came back" in html
    assert "Slipped 131 from active to at risk · 70 from at risk to lapsed 201" in html
    assert "201 160 the period before" in html
    week = words_of(render_mail(context, "weekly").html)
    assert "34 slipped away, 9 came back" in week
    assert not re.search(r"\d the period before", week)


def test_themes_are_told_with_their_change_and_a_new_one_counts_from_nothing(
    context: ReportContext,
) -> None:
    text = render_mail(context, "monthly").text
    assert "Delivery: 41.7%, 20 of 48; +16.7 points; 4 praise, 15 complain; asked for" in text
    assert "Taste, fit and size: 25.0%, 12 of 48; −10.0 points" in text
    assert "Price: 6.2%, 3 of 48; +6.2 points" in text
    assert "nclassified" not in text


def test_a_critic_and_an_admirer_are_quoted_word_for_word(context: ReportContext) -> None:
    mail = render_mail(context, "monthly")
    assert "<b>nobody</b>" not in mail.html
    html = words_of(mail.html)
    critic = "“Late again, and <b>nobody</b> told us.” A detractor (0 to 6) about Delivery"
    assert html.index(critic) < html.index("“อร่อยมาก ส่งไว จะสั่งอีก” A promoter (9 or 10)")
    assert 'lang="th"' in mail.html


def test_a_rant_of_fifty_thousand_characters_is_clipped_and_cannot_turn_the_page(
    tables: dict, make_context: Callable
) -> None:
    rant = "\u202egnirts\u202c\n\n" + "why oh why </div><script>alert(1)</script> " * 1250
    tables["rpt_comments"][0]["comment"] = rant
    mail = render_mail(make_context(tables), "monthly")
    assert len(mail.html.encode()) < CLIPPED_AT
    assert "<script" not in mail.html
    assert "\u202e" not in mail.html + mail.text
    assert words_of(mail.html).count("why oh why") <= 7
    assert "…”" in words_of(mail.html)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, "short"),
        ("one two three", 9, "one two…"),
        ("  spread \n over\tlines ", 40, "spread over lines"),
        ("ส่งของเร็วมากค่ะ", 7, "ส่งของ…"),
        ("", 5, ""),
    ],
)
def test_words_of_others_are_clipped_between_words(text: str, limit: int, expected: str) -> None:
    assert clipped(text, limit) == expected


def test_lists_freshness_and_quarantine_are_told(context: ReportContext) -> None:
    html = words_of(render_mail(context, "monthly").html)
    assert "Win back 88 left out: no consent. 132 Time to reorder What they buy regularly" in html
    assert "runs out within a week. 48 left out, most of them: no consent. 86" in html
    assert "Orders 2 stale 3 Oct 2026 1 day old 5 of 8,937 read" in html
    assert "Surveys: the newest response is 14 days old; NPS may be behind." in html
    assert "Orders left out of behaviour since the shop's first order: Cancelled 301." in html
    assert "The 1 cross-check of the figures agrees to the cent." in html
    assert "run 2026-10-04T0300-7f3a" in html


def test_a_cross_check_that_fails_is_told(tables: dict, make_context: Callable) -> None:
    tables["rpt_checks"][0]["difference"] = Decimal("0.01")
    assert (
        "1 cross-check of the figures does not agree"
        in render_mail(make_context(tables), "weekly").text
    )


def test_a_small_sample_is_marked_never_coloured_and_never_in_the_opening(
    context: ReportContext,
) -> None:
    mail = render_mail(context, "monthly")
    card = mail.html[mail.html.index('href="#define-nps"') :][:1500]
    assert "n = 24" in words_of(card)
    assert "small sample" in words_of(card)
    assert 'class="better"' not in card
    assert "Net Promoter Score is" not in mail.text


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
    mail = render_mail(make_context(tables), "monthly")
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
    mail = render_mail(make_context(tables), "monthly")
    told = "n/a: the shop's history is still shorter than the active window"
    assert f"Customers kept {told}" in words_of(mail.html)
    assert f"Customers kept: {told}" in mail.text
    assert mail.subject == "Harbour & Pine: monthly report, 4 Oct 2026"
    assert "Retention cannot be stated" in mail.text
    assert not re.search(r"Customers kept:? 0", words_of(mail.html) + mail.text)


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_first_week_of_a_shop_gives_a_truthful_mail(first_week: ReportContext, cadence) -> None:
    mail = render_mail(first_week, cadence)
    html = words_of(mail.html)
    assert not mail.images
    assert "Retention cannot be stated: no complete period yet." in html
    sales = "Sales from existing customers, Net sales, Average order, Orders"
    assert f"{sales}: n/a: no complete period yet." in html
    assert html.count("n/a: no complete period yet") == 3
    assert mail.text.count("n/a: no complete period yet") == 11
    for told in (
        "No retention chart yet, it needs two complete months.",
        "No sales chart yet: there is no complete month.",
        "No cohort table yet",
        "No movement to tell yet",
        "No comparison yet: it needs two complete periods with sales.",
        "Referrals: the exports hold no field that tells them.",
        "No survey has been read yet.",
        "Nobody has written a comment in the last 90 days.",
        "No list is ready today.",
        "No feed has been read yet.",
    ):
        assert told in html, told
        assert told in mail.text, told
    assert "0.0%" not in html


@pytest.mark.parametrize("cadence", CADENCES)
def test_an_empty_shop_without_any_headline_row_still_tells_so(
    make_context: Callable, cadence
) -> None:
    mail = render_mail(make_context({}, banner=(), lists=(), intake=()), cadence)
    assert "There is no complete period to report on yet." in words_of(mail.html)
    assert mail.subject == f"Harbour & Pine: {cadence} report, 4 Oct 2026"


def test_one_customer_is_too_few_to_judge(tables: dict, make_context: Callable) -> None:
    for row in tables["rpt_headline"]:
        row |= {"sample_size": 1, "is_small_sample": True, "previous_value": None}
    tables["rpt_headline"][1] |= {"value": 1.0, "interval_low": 0.2065, "interval_high": 1.0}
    mail = render_mail(make_context(tables), "monthly")
    assert "100.0% of your active customers stayed in September 2026, but with 1" in mail.text
    assert "too few to judge" in words_of(mail.html)
    assert 'class="better"' not in mail.html.split("Goal 2 of 3")[0]


def test_a_week_in_which_nobody_moved_is_told_as_that_and_not_as_an_earlier_week(
    tables: dict, make_context: Callable
) -> None:
    for row in tables["rpt_state_movement"]:
        if row["period_type"] == "week":
            row["period_start"] -= timedelta(days=7)
            row["period_end"] -= timedelta(days=7)
    text = render_mail(make_context(tables), "weekly").text
    told = text.partition("0 slipped away, 0 came back.")[2].partition("GOAL 2")[0]
    week = tables["rpt_headline_week"][0]
    assert f"{week['period_end'].day} {week['period_end']:%b %Y}" in told.splitlines()[0]


@pytest.mark.parametrize(
    ("weeks_ago", "slipped", "the_week_before"), [(0, 34, None), (1, 0, 34), (2, 0, 0)]
)
def test_a_quiet_week_counts_nobody_and_a_week_before_any_is_unknown(
    tables: dict, make_context: Callable, weeks_ago: int, slipped: int, the_week_before: int | None
) -> None:
    for row in tables["rpt_state_movement"]:
        if row["period_type"] == "week":
            row["period_start"] -= timedelta(weeks=weeks_ago)
            row["period_end"] -= timedelta(weeks=weeks_ago)
    told = edition(make_context(tables), "weekly").movement
    assert told is not None
    group = next(group for group in told.groups if group.name == "slipped")
    assert (group.customer_count, group.count_before) == (slipped, the_week_before)


def test_a_figure_nobody_could_be_observed_for_yet_tells_no_period_that_ends_before_it_starts(
    tables: dict, make_context: Callable
) -> None:
    row = next(row for row in tables["rpt_headline"] if row["metric"] == "repeat_within_90")
    row |= {"period_start": date(2026, 9, 1), "period_end": date(2026, 7, 3), "sample_size": 0}
    row |= {"value": None, "reason_code": "no_complete_period"}
    mail = render_mail(make_context(tables), "monthly")
    for part in (mail.text, words_of(mail.html)):
        assert "3 Jul 2026" not in part


def test_names_with_markup_are_shown_and_never_run(tables: dict, make_context: Callable) -> None:
    tables["themes"][0]["theme"] = "<script>alert(1)</script>"
    lists = [ListSummary("x", "<i>List</i>", 3, {"<u>": 1}, "", "<a href=x>why</a>")]
    mail = render_mail(
        make_context(tables, shop_name="<b>Shop</b> & Co", banner=["<img src=x>"], lists=lists),
        "monthly",
    )
    for raw in ("<script>alert", "<b>Shop</b>", "<img src=x>", "<i>List", "<u>", "<a href=x"):
        assert raw not in mail.html
    assert "&lt;b&gt;Shop&lt;/b&gt; &amp; Co" in mail.html
    assert mail.subject.startswith("<b>Shop</b> & Co: ")


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_mail_asks_nothing_of_the_network(context: ReportContext, cadence) -> None:
    html = render_mail(context, cadence).html
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(sources) >= 12
    assert all(source.startswith(("cid:", "#")) for source in sources)
    assert not re.search(r"https?://|url\(|@import|<script|<link", html)


@pytest.mark.parametrize("cadence", CADENCES)
def test_each_card_links_to_a_definition_that_is_there(context: ReportContext, cadence) -> None:
    html = render_mail(context, cadence).html
    links = re.findall(r'href="#(define-[^"]+)"', html)
    assert len(links) == len(set(links)) == {"weekly": 12, "monthly": 13}[cadence]
    assert all(f'id="{link}"' in html for link in links)


@pytest.mark.parametrize("cadence", CADENCES)
def test_a_shop_with_much_to_tell_still_gets_a_mail_that_is_not_clipped(
    tables: dict, make_context: Callable, cadence
) -> None:
    long = "ยอดขายสูงสุดของร้านเราในเดือนนี้ " * 20
    tables["themes"] += [
        tables["themes"][0] | {"theme": f"theme_{number}_{long}"} for number in range(60)
    ]
    for row in tables["rpt_comments"]:
        row["comment"] = long * 50
    tables["rpt_annotations"] = [
        tables["rpt_annotations"][0] | {"title": f"{number} {long}"} for number in range(40)
    ]
    tables["rpt_headline"] = [row | {"definition": long} for row in tables["rpt_headline"]]
    tables["rpt_headline_week"] = [row | {"definition": long} for row in tables["rpt_headline"]]
    context = make_context(
        tables,
        shop_name=long.strip(),
        banner=[long] * 30,
        lists=[
            ListSummary(f"list_{number}", long, 10_000 + number, {"no_consent": 99}, "", long)
            for number in range(200)
        ],
        intake=[FeedIntake(f"feed_{number}_{long}", 10**7, 10**6, 10**5) for number in range(60)],
    )
    mail = render_mail(context, cadence)
    assert len(mail.html.encode()) < CLIPPED_AT
    html = words_of(mail.html)
    assert "and 192 more lists that are ready" in html
    assert "and 58 more themes" in html


def test_every_picture_has_words_that_tell_its_figures(context: ReportContext) -> None:
    mail = render_mail(context, "monthly")
    pictures = re.findall(r"<img [^>]*>", mail.html)
    assert len(pictures) == len(mail.images) == 2
    assert all(re.search(r'alt="[^"]*\d[^"]{20,}"', picture) for picture in pictures)
    assert all(f"cid:{cid}" in mail.html for cid in mail.images)
    assert "prefers-color-scheme: dark" in mail.html
    assert "max-width: 560px" in mail.html


def test_many_warnings_are_short_in_html_and_whole_in_the_text(
    tables: dict, make_context: Callable
) -> None:
    warnings = [f"Rule {number} is broken. Look at line {number}." for number in range(1, 6)]
    mail = render_mail(make_context(tables, banner=warnings), "monthly")
    html = words_of(mail.html)
    assert "Rule 3 is broken. And 2 more warnings: the page Data quality lists all." in html
    assert "Look at line 1" not in html
    assert "- Rule 5 is broken. Look at line 5." in mail.text


def test_the_share_of_existing_customers_has_one_value_and_says_of_what(
    context: ReportContext,
) -> None:
    html = words_of(render_mail(context, "monthly").html)
    assert "Existing customers made 63.3% of sales to known customers." in html
    assert "£48,214 net sales in September 2026, £29,299 from existing customers" in html


def test_a_figure_without_an_earlier_one_or_an_id_reads_as_a_sentence(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_headline"][6] |= {"metric_id": None, "previous_value": None}
    mail = render_mail(make_context(tables), "monthly")
    assert "Net sales £48,214 nothing earlier to compare with" in words_of(mail.html)
    assert "None" not in mail.text + words_of(mail.html)


def test_a_change_that_rounds_to_nothing_is_called_no_change(
    tables: dict, make_context: Callable
) -> None:
    tables["rpt_headline"][1]["previous_value"] = 0.7183
    mail = render_mail(make_context(tables), "monthly")
    assert mail.subject.endswith("stayed in September 2026 (no change)")
    assert "no change vs Aug 2026" in card_of(mail.html, "retention_rate")
    assert "the same as in August" in mail.text
    assert not re.search(r"(?<!\d)0\.0 points", mail.text + words_of(mail.html))


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="report"):
        environment(Formats("en_GB", "GBP")).get_template("executive.txt").render()


def test_a_note_stands_beside_the_figures_of_its_month_and_an_old_one_does_not(
    context: ReportContext,
) -> None:
    mail = render_mail(context, "monthly")
    for told in (words_of(mail.html), mail.text):
        assert "12 Sept 2026: The web shop was down" in told
        assert "A sale too old to explain" not in told


@pytest.mark.parametrize("name", ["Shop\r\nBcc: all@example.com", "Shop\n", "", "\t"])
def test_a_shop_name_that_could_forge_a_header_is_refused(
    tables: dict, make_context: Callable, name: str
) -> None:
    with pytest.raises(ReportError, match="shop name"):
        make_context(tables, shop_name=name)


@pytest.mark.parametrize(
    "table", ["rpt_revenue", "rpt_headline_week", "rpt_revenue_bridge", "rpt_state_movement"]
)
def test_an_unfinished_period_among_complete_ones_stops_the_mail(
    tables: dict, make_context: Callable, table: str
) -> None:
    tables[table][-1]["period_end"] = date(2026, 10, 31)
    with pytest.raises(ReportError, match=rf"{table}.*2026-10-31"):
        make_context(tables)


def test_tables_of_another_date_stop_the_mail(tables: dict, make_context: Callable) -> None:
    with pytest.raises(ReportError, match=r"made for 2026-10-04.*2026-10-05"):
        make_context(tables, as_of=date(2026, 10, 5))


def test_the_same_run_gives_the_same_bytes_in_another_process(
    context: ReportContext, tmp_path: Path
) -> None:
    first = write_rendered(render_mail(context, "monthly"), tmp_path / "first", "monthly")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import conftest\n"
        "from reports.render import render_mail, write_rendered\n"
        "context = conftest.load_shop(Path(sys.argv[2]))\n"
        "write_rendered(render_mail(context, 'monthly'), Path(sys.argv[3]), 'monthly')\n"
    )
    arguments = [str(Path(__file__).parent), str(tmp_path / "marts"), str(tmp_path / "second")]
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, cwd=root)
    assert len(first) == 5
    for path in first:
        twin = tmp_path / "second" / path.relative_to(tmp_path / "first")
        assert twin.read_bytes() == path.read_bytes(), path.name
