"""The published pages and downloads, behind Airflow's sign-in and by its roles.

Pages hold aggregates: whoever may read the DAG `reports` may read them. Lists and segments hold
names and addresses: whoever may act may download them, and every download is in the ledger.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

    from suki.downloads import Wanted
    from suki.published_site import Publication

ADDRESS = "/suki/reports"
#: Where the run history's links lead: from a folder they lead to the runs beside `published/`.
RUNS = "/suki/runs"
HEADERS = {
    # The pages' own words, and who may frame them: Airflow's navigation shows them in a frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
#: Aggregates may be kept by the reader's own browser, which asks each time if they still stand.
KEPT = {**HEADERS, "Cache-Control": "private, no-cache"}


def make_app() -> FastAPI:
    """The pages as an application; imported late, since every task of Airflow loads this file."""
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI
    from starlette.exceptions import HTTPException

    from suki.errors import SukiError

    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # For every route there is; those with personal data ask for more.
        dependencies=[Depends(requires_access_dag("GET", param_dag_id="reports"))],
        exception_handlers={HTTPException: _told, SukiError: _told},
    )
    _add_pages(app)
    _add_downloads(app)
    _add_nothing_else(app)
    return app


def _add_pages(app: FastAPI) -> None:
    from fastapi import Header
    from fastapi.responses import HTMLResponse, RedirectResponse, Response

    from suki.download_page import told_page
    from suki.published_site import date_of_run, publication, site_file
    from suki.settings import Settings

    @app.get("/", response_model=None)
    def front() -> Any:
        if publication(Settings(), "latest") is None:
            return HTMLResponse(told_page("nothing_yet", is_known=True), headers=HEADERS)
        return RedirectResponse("./latest/site/index.html", headers=HEADERS)

    @app.get("/{day}/", response_model=None)
    def date_front(day: str) -> Any:
        _standing(day)
        return RedirectResponse("./site/index.html", headers=HEADERS)

    @app.get("/{day}/site/{name:path}", response_model=None)
    def page(day: str, name: str, if_none_match: str = Header("")) -> Any:
        if date := date_of_run(Settings(), day):
            address = f"{_below()}{ADDRESS}/{date}/site/{quote(name)}"
            return RedirectResponse(address, headers=HEADERS)
        found = site_file(_standing(day), name or "index.html")
        if found is None:
            raise _absent()
        kept = {**KEPT, "ETag": f'"{found.sha256}"'}
        if if_none_match == kept["ETag"]:
            return Response(status_code=304, headers=kept)
        return Response(found.content, media_type=found.media_type, headers=kept)


def _add_downloads(app: FastAPI) -> None:
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends, HTTPException
    from fastapi.responses import HTMLResponse

    from suki.download_page import offers_page
    from suki.settings import Settings

    signed_in = Depends(get_user)

    @app.get("/{day}/downloads/", response_model=None)
    def offers(day: str, user: Any = signed_in) -> Any:
        if not _may_act(user):
            raise HTTPException(403)
        return HTMLResponse(offers_page(Settings(), _standing(day)), headers=HEADERS)

    @app.get("/{day}/lists/{name}", response_model=None)
    def a_list(day: str, name: str, shape: str = "", user: Any = signed_in) -> Any:
        return _download(day, _wanted("lists", name, shape), user)

    @app.get("/{day}/segments/{name}", response_model=None)
    def a_segment(day: str, name: str, shape: str = "", user: Any = signed_in) -> Any:
        return _download(day, _wanted("segments", name, shape), user)


def _add_nothing_else(app: FastAPI) -> None:
    @app.get("/{anything:path}")
    def nothing_here(anything: str) -> None:
        """So that who has not signed in learns of no address whether it exists."""
        raise _absent()


def _may_act(user: Any) -> bool:
    """Not whoever is signed in: whoever may approve a message may see whom it goes to."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import (
        DagAccessEntity,
        DagDetails,
    )
    from airflow.models.dag import DagModel

    reminders = DagDetails(id="reminders", team_name=DagModel.get_team_name("reminders"))
    entity = DagAccessEntity.HITL_DETAIL
    may: bool = get_auth_manager().is_authorized_dag(
        method="PUT", access_entity=entity, details=reminders, user=user
    )
    return may


def _download(day: str, wanted: Wanted, user: Any) -> Response:
    """The file, or an answer in words; either way the ledger knows who asked for what."""
    from fastapi import HTTPException
    from fastapi.responses import Response

    from suki.downloads import hand_out, offered, refuse
    from suki.ledger import Ledger
    from suki.settings import Settings

    settings, shown, who = Settings(), _standing(day), user.get_name()
    offer, ledger = offered(settings, shown, wanted), Ledger(settings.ledger_url)
    if not _may_act(user):
        # What somebody types may be anything, also a customer's name: it is not kept.
        asked = wanted if offer else _wanted(wanted.folder, "no_such_file.csv", "")
        refuse(ledger, shown, asked, who, "the role may not download")
        raise HTTPException(403)
    if offer is None:
        raise _absent()
    made = hand_out(settings, ledger, shown, wanted, offer, who)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


def _wanted(folder: str, file_name: str, shape: str) -> Wanted:
    from suki.downloads import Wanted

    name, _, ending = file_name.rpartition(".")
    return Wanted(folder, name, ending, shape or "published")


def _standing(day: str) -> Publication:
    from suki.published_site import publication
    from suki.settings import Settings

    shown = publication(Settings(), day)
    if shown is None:
        raise _absent()
    return shown


def _below() -> str:
    """The path under which Airflow itself is served, if any."""
    from airflow.configuration import conf

    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


def _absent() -> Exception:
    from fastapi import HTTPException

    return HTTPException(404)


def _told(request: Request, error: Any) -> Response:
    """A page in words for every answer that is no page and no file."""
    from fastapi.responses import HTMLResponse

    from suki.download_page import told_page

    below = _below()
    status = getattr(error, "status_code", 409)  # what Suki itself says is no status
    words = {401: "sign_in", 403: "not_you", 409: "not_now"}.get(status, "nothing_here")
    if status == 403 and error.detail != HTTPStatus.FORBIDDEN.phrase:
        words = "sign_in"  # a token that somebody made up: nobody has signed in
    sign_in = f"{below}/api/v2/auth/login?next={quote(request.url.path, safe='')}"
    text = told_page(
        words,
        is_known=words in ("not_you", "not_now"),
        reason=str(error) if words == "not_now" else "",
        link=sign_in if words == "sign_in" else f"{below}{ADDRESS}/",
    )
    return HTMLResponse(text, status_code=status, headers=HEADERS)


class ReportPages:
    """The application, made at the first request."""

    def __init__(self) -> None:
        self.app: FastAPI | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request (ASGI)."""
        if self.app is None:
            self.app = make_app()
        await self.app(scope, receive, send)


class SukiReports(AirflowPlugin):
    """Adds the pages, and links to them, to Airflow's own."""

    name = "suki_reports"
    pages: ClassVar[ReportPages] = ReportPages()
    fastapi_apps: ClassVar[list[Any]] = [
        {"name": name, "app": pages, "url_prefix": ADDRESS},
        {"name": "suki_runs", "app": pages, "url_prefix": RUNS},
    ]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Reports",
            "href": f"{ADDRESS}/",
            "destination": "nav",
            "category": "Suki",
            "url_route": "suki-reports",
        },
        {
            "name": "Downloads",
            "href": f"{ADDRESS}/latest/downloads/",
            "destination": "nav",
            "category": "Suki",
            "url_route": "suki-downloads",
        },
    ]
