"""Reports are for those who may read them, lists for those who may act, and each is as published."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suki.downloads import logged
from tests.suki.published_shop import AS_OF, HELD, SECRET, SITE, PublishedShop
from tests.suki.test_pulling import RUN

PROJECT = Path(__file__).resolve().parents[2]
ROLES = ("anonymous", "viewer", "user", "op", "admin")
#: Route -> an address of it, and what each of ROLES gets there.
ROUTES = {
    "/": ("/", (401, 307, 307, 307, 307)),
    "/{day}/": ("/latest/", (401, 307, 307, 307, 307)),
    "/{day}/site/{name:path}": ("/latest/site/index.html", (401, 200, 200, 200, 200)),
    "/{day}/downloads/": ("/latest/downloads/", (401, 403, 200, 200, 200)),
    "/{day}/lists/{name}": ("/latest/lists/welcome.csv", (401, 403, 200, 200, 200)),
    "/{day}/segments/{name}": (f"/{AS_OF}/segments/vip.parquet", (401, 403, 200, 200, 200)),
    "/{anything:path}": ("/openapi.json", (401, 404, 404, 404, 404)),
}
PERSONAL = ("/latest/lists/welcome.csv", f"/{AS_OF}/segments/vip.parquet", "/latest/downloads/")
NOT_SERVED = (
    "/latest", "/latest/site", "/latest/lists/", "/latest/lists", "/latest/marts/expectations.json",
    "/latest/reports/expectations.json", "/latest/manifest.json", "/latest/run.json", "/docs", "/redoc",
    "/latest/site/unlisted.html", "/latest/site/.hidden.html", "/latest/site/linked.html",
    "/latest/site/elsewhere/index.html", "/latest/site/assets/", "/latest/site/assets",
    "/latest/site/%2e%2e/manifest.json", "/latest/site/..%2f..%2f..%2fsecret.html",
    "/latest/site/%252e%252e/manifest.json", "/latest/site/..%5cmanifest.json",
    "/latest/site/index.html%00.png", "/latest/site/%2fetc%2fhosts", "/latest/site//index.html",
    f"/{HELD[:10]}/site/index.html", f"/{HELD[:10]}/lists/welcome.csv", f"/{HELD}/site/index.html",
    "/2026-04-03/site/index.html", f"/{RUN}/lists/welcome.csv", "/..%2fruns/site/index.html",
    "/latest/lists/nobody.csv", "/latest/lists/welcome.xlsx", "/latest/lists/welcome", "/latest/lists/.csv",
    "/latest/lists/%2e%2e%2fmanifest.json", "/latest/lists/..%2fsegments%2fvip.csv",
    "/latest/lists/welcome.csv?shape=hubspot", "/latest/lists/welcome.csv%00", "/latest/segments/welcome.csv",
    "/latest/lists/vip.csv", "/latest/marts/clv.parquet",
)  # fmt: skip
PIECES = st.sampled_from(
    ["..", "%2e%2e", "%252e", "%2f", "%5c", "%00", "latest", AS_OF, RUN, HELD, HELD[:10], "site", "lists", "segments",
     "marts", "reports", "manifest.json", "index.html", "linked.html", "elsewhere", "welcome.csv", "secret.html",
     "downloads", "", ".", "etc", "hosts", "~", "..;", "index.html;x"]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=7).map(lambda pieces: "/" + "/".join(pieces))

Asked = tuple[str, str, str]


def _hostile_paths(count: int) -> list[str]:
    """Paths that Hypothesis makes up, the same ones each time."""
    paths: list[str] = []

    @settings(max_examples=count, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(path=HOSTILE)
    def collect(path: str) -> None:
        paths.append(path)

    collect()
    return sorted(set(paths))


FUZZ = _hostile_paths(250)
PROOFS = ("expired", "forged", "unsigned", "promoted", "junk")
QUESTIONS: list[tuple[str, str, str]] = [
    *(("GET", path, who) for path, _ in ROUTES.values() for who in ROLES),
    *(("GET", f"/latest/site/{name}", "viewer") for name in SITE),
    *(("GET", path, who) for path in NOT_SERVED for who in ("anonymous", "viewer", "admin")),
    *((method, path, "admin") for path, _ in ROUTES.values() for method in ("POST", "PUT", "DELETE", "HEAD")),
    *(("GET", path, who) for path in (*PERSONAL, "/latest/site/index.html") for who in PROOFS),
    *(("GET", path, who) for path in PERSONAL for who in ("by cookie", "viewer by cookie")),
    ("GET", "/latest/lists/welcome.csv?shape=klaviyo", "user"),
    ("GET", "/latest/lists/welcome.csv?shape=meta", "viewer"),
    ("GET", "/latest/segments/Ana%20Reyes.csv", "viewer"),
    ("GET", "/latest/lists/survey.parquet", "op"),
    *(("GET", f"/{RUN}/site/history.html", who) for who in ROLES),
    *(("GET", path, "admin") for path in FUZZ),
]  # fmt: skip


class Told:
    """Every answer, the application's own account of itself, and the ledger's."""

    def __init__(self, told: dict[str, Any], shop: PublishedShop) -> None:
        self.answers = dict(zip(QUESTIONS, told["answers"], strict=False))
        self.kept = told["answers"][len(QUESTIONS) :]
        self.routes, self.views = told["routes"], told["views"]
        self.log = logged(shop.ledger, limit=10_000)
        self.shop = shop

    def __call__(self, path: str, who: str, method: str = "GET") -> dict[str, Any]:
        return self.answers[method, path, who]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("shop") / "home"
        shop = PublishedShop(home, patch)
        shop.add_traps()
        (shop.settings.runs / RUN / "lists" / "survey.parquet").unlink()
        tag = json.loads((shop.settings.runs / RUN / "manifest.json").read_text())["files"]
        again = {"If-None-Match": f'"{tag["site/index.html"]["sha256"]}"'}
        asked = [[*question, {}] for question in QUESTIONS]
        asked.append(["GET", "/latest/site/index.html", "viewer", again])
        asked.append(["GET", "/latest/site/index.html", "anonymous", again])
        return Told(_ask(home, asked), shop)


def _ask(home: Path, asked: list[list[Any]]) -> dict[str, Any]:
    folders = [PROJECT, PROJECT / "dags" / "plugins"]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{r}-1:{r}" for r in ROLES[1:]),
        "AIRFLOW__API_AUTH__JWT_SECRET": "only this test knows it" * 4,
        "AIRFLOW__API__BASE_URL": "http://127.0.0.1:8080/team",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
    }
    program = PROJECT / "tests" / "dags" / "asked_report_pages.py"
    done = subprocess.run(
        [sys.executable, str(program)],
        input=json.dumps(asked),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ANSWER" in done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.partition("ANSWER")[2])
    return answer


def test_every_route_there_is_stands_in_the_table_below(told):
    assert told.routes == sorted(ROUTES)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("route", ROUTES)
def test_each_role_gets_of_each_route_what_it_may(told, route, who):
    path, statuses = ROUTES[route]
    assert told(path, who)["status"] == statuses[ROLES.index(who)]


@pytest.mark.parametrize("path", [*(path for path, _ in ROUTES.values()), *NOT_SERVED])
def test_who_has_not_signed_in_learns_nothing_not_even_what_exists(told, path):
    answer, front = told(path, "anonymous"), told("/", "anonymous")
    assert answer["status"] == 401
    assert _without_way_back(answer["body"]) == _without_way_back(front["body"])
    for hidden in ("Overview", "ana@example.com", "owner@example.com", RUN):
        assert hidden not in _without_way_back(answer["body"])


def _without_way_back(page: str) -> str:
    """A sign-in page without the address it leads back to, which the reader named."""
    return re.sub(r"(login\?next=)[^\"]*", r"\1", page)


def test_after_signing_in_the_reader_is_where_they_wanted_to_be(told):
    page = told("/latest/lists/welcome.csv", "anonymous")["body"]
    back = "%2Fsuki%2Freports%2Flatest%2Flists%2Fwelcome.csv"
    assert f'href="/team/api/v2/auth/login?next={back}"' in page


@pytest.mark.parametrize("name", SITE)
def test_a_viewer_reads_the_site_as_it_was_published(told, name):
    answer = told(f"/latest/site/{name}", "viewer")
    assert (answer["status"], answer["body"]) == (200, SITE[name])


def test_a_run_of_the_history_leads_to_the_date_it_stands_for(told):
    path = f"/{RUN}/site/history.html"
    assert told(path, "anonymous")["status"] == 401
    assert told(path, "viewer")["status"] == 307
    leads_to = told(path, "viewer")["headers"]["location"]
    assert leads_to == f"/team/suki/reports/{AS_OF}/site/history.html"
    assert told(f"/{HELD}/site/index.html", "admin")["status"] == 404


def test_the_ways_in_lead_to_the_newest_reports_below_wherever_airflow_is(told):
    assert told("/", "viewer")["headers"]["location"] == "./latest/site/index.html"
    assert told("/latest/", "viewer")["headers"]["location"] == "./site/index.html"


@pytest.mark.parametrize("path", PERSONAL)
def test_a_viewer_is_told_whom_to_ask_and_nothing_of_a_customer(told, path):
    for who in ("viewer", "viewer by cookie"):
        answer = told(path, who)
        assert answer["status"] == 403
        assert "ask owner@example.com" in answer["body"]
        assert answer["headers"]["content-type"].startswith("text/html")
        assert "ana@example.com" not in answer["body"]
    assert told(path, "by cookie")["status"] == 200


@pytest.mark.parametrize("who", ["user", "op", "admin"])
def test_who_may_act_gets_the_list_as_a_file(told, who):
    answer = told("/latest/lists/welcome.csv", who)
    published = told.shop.settings.runs / RUN / "lists" / "welcome.csv"
    assert answer["body"] == published.read_text(encoding="utf-8")
    assert answer["headers"]["content-type"] == "text/csv; charset=utf-8"
    given_name = answer["headers"]["content-disposition"]
    assert given_name == f'attachment; filename="welcome_{AS_OF}.csv"'


def test_a_list_can_be_had_as_a_tool_imports_it(told):
    answer = told("/latest/lists/welcome.csv?shape=klaviyo", "user")
    assert answer["body"].startswith("Email,")
    assert f"welcome_{AS_OF}_klaviyo.csv" in answer["headers"]["content-disposition"]


def test_the_page_of_downloads_links_every_list_and_segment_to_a_file_that_is_served(told):
    page = told("/latest/downloads/", "user")["body"]
    for link in ("../lists/welcome.csv", "../lists/welcome.csv?shape=klaviyo",
                 "../segments/vip.parquet", "../site/index.html"):  # fmt: skip
        assert f'href="{link}"' in page
    assert "ana@example.com" not in page
    assert 'href="../../' not in page, "no other date has a publication"


@pytest.mark.parametrize("path", NOT_SERVED)
def test_what_is_no_page_and_no_offered_file_is_not_served(told, path):
    # A name under lists/ is refused by role before anybody learns whether it exists.
    assert told(path, "viewer")["status"] in (403, 404)
    assert told(path, "admin")["status"] == 404
    for who in ("viewer", "admin"):
        assert SECRET not in told(path, who)["body"]
        assert "root:" not in told(path, who)["body"]


def test_no_path_that_hypothesis_finds_gets_more_than_the_site_and_the_offers(told):
    allowed = {*SITE.values(), *(told(p, "admin")["body"] for p in PERSONAL)}
    assert len(FUZZ) > 150
    for path in FUZZ:
        answer = told(path, "admin")
        assert answer["status"] in (200, 307, 404), path
        assert answer["status"] != 200 or answer["body"] in allowed, path
        assert SECRET not in answer["body"], path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize("route", ROUTES)
def test_everything_can_only_be_read(told, route, method):
    assert told(ROUTES[route][0], "admin", method)["status"] == 405


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("path", [*PERSONAL, "/latest/site/index.html"])
def test_a_token_that_ran_out_or_was_made_up_opens_nothing(told, path, proof):
    answer = told(path, proof)
    assert answer["status"] == (401 if proof == "expired" else 403)
    assert "Please sign in first" in answer["body"]
    assert "owner@example.com" not in answer["body"]
    assert "Overview" not in answer["body"]
    assert "ana@example.com" not in answer["body"]


@pytest.mark.parametrize("path", PERSONAL)
def test_personal_files_are_kept_nowhere(told, path):
    assert told(path, "user")["headers"]["cache-control"] == "no-store"


def test_a_page_is_kept_by_its_reader_alone_who_asks_each_time_if_it_stands(told):
    first = told("/latest/site/index.html", "viewer")
    assert first["headers"]["cache-control"] == "private, no-cache"
    kept, stranger = told.kept
    assert (kept["status"], kept["body"]) == (304, "")
    assert stranger["status"] == 401


def test_every_answer_tells_the_browser_to_run_and_frame_nothing_from_elsewhere(told):
    for question, answer in told.answers.items():
        headers = answer["headers"]
        assert "content-security-policy" in headers, (question, answer)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), (
            question
        )
        assert "frame-ancestors 'self'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self' 'unsafe-inline'" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_forbids_nothing_that_a_page_of_ours_needs(told):
    head = (PROJECT / "reports/templates/site/page.html").read_text(encoding="utf-8")
    own = head.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
    given_policy = told("/latest/site/index.html", "viewer")["headers"]["content-security-policy"]
    assert own
    assert set(own.split("; ")) <= set(given_policy.split("; "))


def test_the_ledger_knows_who_took_which_file_and_who_was_refused(told):
    entries = {
        (e["user_name"], e["file"], e["shape"], e["outcome"], e["row_count"]) for e in told.log
    }
    welcome, vip = "lists/welcome.csv", "segments/vip.parquet"
    for role in ("user-1", "op-1", "admin-1"):
        assert (role, welcome, "published", "served", 2) in entries
        assert (role, vip, "published", "served", 3) in entries
    assert ("user-1", welcome, "klaviyo", "served", 2) in entries
    assert ("viewer-1", welcome, "published", "refused", None) in entries
    assert ("viewer-1", welcome, "meta", "refused", None) in entries
    assert {e["run_id"] for e in told.log} == {RUN}
    refused = {e["user_name"] for e in told.log if e["outcome"] == "refused"}
    assert refused == {"viewer-1", "op-1"}


def test_the_ledger_keeps_no_address_and_nothing_that_somebody_typed(told):
    assert not any("@" in str(entry) or "Ana" in str(entry) for entry in told.log)
    assert ("viewer-1", "segments/no_such_file.csv") in {
        (e["user_name"], e["file"]) for e in told.log
    }


def test_a_list_that_cannot_be_checked_is_not_handed_out_and_says_why(told):
    answer = told("/latest/lists/survey.parquet", "op")
    assert answer["status"] == 409
    assert "published without addresses" in answer["body"]


def test_airflows_navigation_leads_to_the_pages(told):
    links = {view["name"]: (view["category"], view["href"]) for view in told.views}
    assert links["Reports"] == ("Suki", "/suki/reports/")
    assert all(view["destination"] == "nav" for view in told.views)


@pytest.mark.parametrize(
    "plugin", sorted((PROJECT / "dags/plugins").glob("*.py")), ids=lambda p: p.name
)
def test_a_plugin_is_light_since_every_task_of_airflow_loads_it(plugin):
    light = {"__future__", "html", "http", "pathlib", "re", "typing", "urllib.parse"}
    statements = ast.parse(plugin.read_text(encoding="utf-8")).body
    named = {s.module for s in statements if isinstance(s, ast.ImportFrom)}
    named |= {one.name for s in statements if isinstance(s, ast.Import) for one in s.names}
    assert named <= light | {"airflow.plugins_manager"}
