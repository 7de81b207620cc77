"""`suki report preview` shows what a publication tells, sends nothing, and opens no ledger."""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reports.preview import Previewed
from suki.cli import cli
from suki.errors import ConfigurationError, SukiError
from suki.report_preview import make_preview
from suki.settings import Settings
from suki.storage import point
from tests.reports.conftest import AS_OF, shop_rows, write_marts
from tests.reports.test_pdf import dot

RUN = "2026-10-04-abc"
INPUT = {
    "file_id": "f1", "name": "orders.csv", "feed": "orders", "source": "own", "sha256": "0", "notes": ["a note"],
    "rows": {"read": 12, "accepted": 11, "quarantined": 1, "ignored": {"test": 0}},
}  # fmt: skip
MANIFEST: dict[str, Any] = {
    "run_id": RUN, "as_of": AS_OF.isoformat(), "known_at": None, "outcome": "banner",
    "reason": "Surveys are 14 days old.", "definitions_version": "1", "reporting_currency": "GBP",
    "configuration_sha256": "c", "code_sha256": "d", "depends_on_arrival_order": ["orders"],
    "inputs": [INPUT],
    "feeds": [{"feed": "orders", "units_accepted": 11, "units_quarantined": 1}],
    "doors": {"in": {"critical": [], "warnings": ["Stale."], "row_warnings": []}, "out": None},
    "lists": [{"name": "reorder", "title": "Time to reorder", "channel": "email", "purpose": "marketing",
               "rows": 86, "suppressed": {"no_consent": 41}}],
    "files": {"lists/reorder.csv": {"rows": 86}, "segments/loyal.csv": {"rows": 1}, "marts/x.parquet": {"rows": 1}},
}  # fmt: skip


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stands in for the pages, which have tests of their own, and notes what they are handed."""
    asked: list[dict[str, Any]] = []

    def write_site(context: Any, reference: Any, site: Path, files: list[str], **more: Any) -> None:
        asked.append({"locale": context.locale, "files": files} | more)
        site.mkdir()
        (site / "index.html").write_text("<p>pages</p>", encoding="utf-8")

    monkeypatch.setattr("reports.site.write_site", write_site)
    monkeypatch.setattr("reports.reference.load_reference", lambda *_: None)
    monkeypatch.setattr("reports.charts.png", lambda *_, **__: dot())
    return asked


@pytest.fixture
def without_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mails are one line each, where a test is about folders and browsers."""

    def write_previews(context: Any, cadences: Iterable[str], folder: Path) -> Previewed:
        pages = tuple(folder / f"{cadence}.html" for cadence in cadences)
        for page in pages:
            page.write_text("<p>a mail</p>", encoding="utf-8")
        return Previewed(pages, (), ())

    monkeypatch.setattr("reports.preview.write_previews", write_previews)
    for module in ("report_preview", "site_facts"):
        monkeypatch.setattr(f"suki.{module}.campaigns_in_force", lambda _: {})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A shop with one publication, and an executive."""
    settings = Settings({"SUKI_HOME": str(tmp_path / "shop"), "SUKI_IDENTITY_KEY": "k"})
    folder = settings.runs / RUN
    write_marts(folder / "marts", shop_rows())
    for part in ("lists", "segments", "reports"):
        (folder / part).mkdir()
    (folder / "lists" / "reorder.csv").write_text("customer_id\nc1\n", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    point(settings.published / "latest", folder)
    point(settings.published / AS_OF.isoformat(), folder)
    return settings


def everything_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_both_mails_their_text_the_pdf_and_the_pages_are_made(
    settings: Settings, site: list, tmp_path: Path
) -> None:
    made = make_preview(settings, out=tmp_path / "look")
    names = {path.relative_to(made.folder).as_posix() for path in (*made.to_open, *made.other)}
    assert names == {
        "weekly.html", "monthly.html", "site/index.html", "weekly.txt", "monthly.txt", "monthly.pdf",
    }  # fmt: skip
    assert made.missing == ()
    html = (made.folder / "monthly.html").read_text(encoding="utf-8")
    assert "71.8%" in html
    assert "cid:" not in html
    assert "data:image/png;base64," in html
    assert "Surveys are 14 days old." in html
    assert (made.folder / "monthly.pdf").read_bytes().startswith(b"%PDF-")
    assert (made.folder / "monthly.txt").read_text(encoding="utf-8").count("\n") > 20


def test_one_mail_may_be_asked_for(settings: Settings, site: list, tmp_path: Path) -> None:
    made = make_preview(settings, cadences=("weekly",), out=tmp_path / "look")
    assert sorted(path.name for path in made.folder.glob("*.*") if path.is_file()) == [
        ".suki-preview", "weekly.html", "weekly.txt",
    ]  # fmt: skip


def test_mails_and_pages_are_in_the_language_asked_for(
    settings: Settings, site: list, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    made = make_preview(settings, language="th", out=tmp_path / "look")
    assert 'lang="th"' in (made.folder / "monthly.html").read_text(encoding="utf-8")
    assert PdfReader(made.folder / "monthly.pdf").root_object["/Lang"] == "th"
    assert site[0]["locale"] == "th"


@pytest.mark.usefixtures("without_mails")
def test_the_pages_are_handed_what_the_manifest_remembers(
    settings: Settings, site: list, tmp_path: Path
) -> None:
    make_preview(settings, out=tmp_path / "look")
    handed = site[0]["handed"]
    assert site[0]["files"] == ["lists/reorder.csv", "segments/loyal.csv"]
    assert [(one.name, one.read, one.quarantined) for one in handed.inputs] == [
        ("orders.csv", 12, 1)
    ]
    assert handed.arrival_feeds == ("orders",)
    assert handed.findings == ("Stale.",)
    assert [(one.run_id, one.outcome, one.is_this_run) for one in handed.past_runs] == [
        (RUN, "banner", True)
    ]


def test_nothing_is_sent_no_ledger_is_made_and_the_publication_stays_as_it_was(
    settings: Settings, site: list, tmp_path: Path
) -> None:
    before = everything_below(settings.home)
    make_preview(settings, out=tmp_path / "look")
    assert everything_below(settings.home) == before
    assert not settings.state.exists()
    assert not settings.outbox.exists()


@pytest.mark.usefixtures("without_mails")
def test_personal_data_is_linked_not_copied(settings: Settings, site: list, tmp_path: Path) -> None:
    made = make_preview(settings, out=tmp_path / "look")
    assert (made.folder / "lists").is_symlink()
    assert (
        (made.folder / "lists" / "reorder.csv")
        .read_text(encoding="utf-8")
        .startswith("customer_id")
    )


@pytest.mark.usefixtures("without_mails")
def test_the_usual_folder_is_private(settings: Settings, site: list) -> None:
    made = make_preview(settings)
    assert made.folder == settings.home / "previews" / f"{RUN}.en"
    assert made.folder.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("without_mails")
def test_a_second_preview_replaces_the_first(
    settings: Settings, site: list, tmp_path: Path
) -> None:
    make_preview(settings, out=tmp_path / "look")
    made = make_preview(settings, cadences=("weekly",), out=tmp_path / "look")
    assert not (made.folder / "monthly.html").exists()


@pytest.mark.usefixtures("without_mails")
def test_a_folder_with_other_things_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="holds other things"):
        make_preview(settings, out=tmp_path)
    with pytest.raises(ConfigurationError, match="is a file"):
        make_preview(settings, out=tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("without_mails")
@pytest.mark.parametrize("run", [RUN, AS_OF.isoformat(), "latest"])
def test_a_run_is_found_by_its_id_or_its_date(
    settings: Settings, site: list, tmp_path: Path, run: str
) -> None:
    assert make_preview(settings, run=run, out=tmp_path / "look").to_open


@pytest.mark.parametrize("run", ["2026-01-01", "../shop", ".", ""])
def test_an_unknown_run_is_told_with_those_there_are(settings: Settings, run: str) -> None:
    with pytest.raises(ConfigurationError, match=f"runs there: {RUN}"):
        make_preview(settings, run=run or "none")


def test_before_the_first_publication_it_is_said_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing is published .* `suki run`"):
        make_preview(Settings({"SUKI_HOME": str(tmp_path)}))


def test_a_publication_without_a_table_is_told(settings: Settings, tmp_path: Path) -> None:
    (settings.runs / RUN / "marts" / "rpt_headline.parquet").unlink()
    with pytest.raises(SukiError, match=rf"no preview of run {RUN}: .*rpt_headline"):
        make_preview(settings, out=tmp_path / "look")


def test_without_the_pdf_library_the_mail_is_shown_and_the_lack_told(
    settings: Settings, site: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "plutoprint", None)
    made = make_preview(settings, out=tmp_path / "look")
    assert "monthly.html" in {path.name for path in made.to_open}
    assert "no PDF was made" in made.missing[0]


def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str
) -> tuple[Result, list[str]]:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    for name in ("CI", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    for name, value in ({"SUKI_HOME": str(settings.home)} | environment).items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(cli, ["report", "preview", *arguments]), opened


@pytest.mark.usefixtures("without_mails")
@pytest.mark.parametrize(
    ("arguments", "environment", "count"),
    [
        ((), {}, 0),
        ((), {"DISPLAY": ":0"}, 3),
        ((), {"DISPLAY": ":0", "CI": "true"}, 0),
        (("--no-open",), {"DISPLAY": ":0"}, 0),
        (("--open", "--cadence", "weekly"), {}, 2),
    ],
)
def test_a_browser_is_opened_where_somebody_sits(
    settings: Settings,
    site: list,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    count: int,
) -> None:
    done, opened = command(settings, monkeypatch, *arguments, **environment)
    assert done.exit_code == 0, done.output
    assert len(opened) == count
    assert all(address.startswith("file://") for address in opened)
    assert "site/index.html" in done.output


def test_an_unknown_language_or_mail_is_bad_usage(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (("--language", "de"), ("--cadence", "daily")):
        done, opened = command(settings, monkeypatch, *wrong)
        assert done.exit_code == 2
        assert not opened
