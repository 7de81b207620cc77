"""What waits for approval, shown to whoever may approve it: the samples, behind Airflow's sign-in.

The pages hold rendered messages with names of customers. They lie as private files under
SUKI_HOME and pass through here; Airflow's database holds counts and the link only.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI

ADDRESS = "/suki/approvals"
RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,127}")
PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}\.html")
HEADERS = {
    # Nothing is loaded and no script runs, also not one that came with a customer's name.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def sample_page(folder: Path, run_id: str, name: str) -> str | None:
    """The text of one sample page, or None where there is no such page in that folder."""
    if not (RUN.fullmatch(run_id) and PAGE.fullmatch(name)):
        return None
    path = (folder / run_id / name).resolve()
    # A link that leads out of the folder is no page of ours either.
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return None
    return path.read_text(encoding="utf-8")


def contents_page(folder: Path) -> str:
    """Links to the runs that have samples, the newest first."""
    runs = sorted((page.parent for page in folder.glob("*/index.html")), key=_age, reverse=True)
    names = [escape(run.name, quote=True) for run in runs if RUN.fullmatch(run.name)]
    # The run's page is reached below this one, wherever Airflow itself is mounted.
    links = "".join(f'<li><a href="./{name}/">{name}</a></li>' for name in names)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Approvals</title>'
        "<style>body{font-family:sans-serif;max-width:42rem;margin:2rem auto}</style>"
        "<h1>Messages and their samples, by run</h1>"
        + (f"<ul>{links}</ul>" if links else "<p>No run has asked for approval yet.</p>")
    )


def make_app() -> FastAPI:
    """The pages as an application; imported late, since every task of Airflow loads this file."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.responses import HTMLResponse

    from suki.settings import Settings

    # Not whoever is signed in: whoever may answer the question may see what it is about.
    may_approve = requires_access_dag("PUT", DagAccessEntity.HITL_DETAIL, param_dag_id="reminders")
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(may_approve)],
    )
    app.state.may_approve = may_approve

    @app.get("/", response_class=HTMLResponse)
    def contents() -> HTMLResponse:
        return HTMLResponse(contents_page(Settings().approvals), headers=HEADERS)

    @app.get("/{run_id}/", response_class=HTMLResponse)
    @app.get("/{run_id}/{name}", response_class=HTMLResponse)
    def page(run_id: str, name: str = "index.html") -> HTMLResponse:
        text = sample_page(Settings().approvals, run_id, name)
        if text is None:
            raise HTTPException(404, "There is no such page.", headers=HEADERS)
        return HTMLResponse(text, headers=HEADERS)

    return app


class ApprovalPages:
    """The application, made at the first request."""

    def __init__(self) -> None:
        self.app: FastAPI | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request (ASGI)."""
        if self.app is None:
            self.app = make_app()
        await self.app(scope, receive, send)


def _age(folder: Path) -> float:
    return folder.stat().st_mtime


class SukiApprovals(AirflowPlugin):
    """Adds the pages, and a link to them, to Airflow's own."""

    name = "suki_approvals"
    fastapi_apps: ClassVar[list[Any]] = [
        {"name": name, "app": ApprovalPages(), "url_prefix": ADDRESS}
    ]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Approvals",
            "href": f"{ADDRESS}/",
            "destination": "nav",
            "category": "Suki",
            "url_route": "suki-approvals",
        }
    ]
