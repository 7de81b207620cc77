"""Asks the report pages everything, with tokens that Airflow made, and prints the answers.

A program of its own: importing Airflow sets up logging and more for the whole process.
Arguments: a JSON list of [method, path, who, headers].
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import unquote

import jwt
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.settings import get_engine
from fastapi import FastAPI
from report_page import ADDRESS, ReportPages, SukiReports

ROLES = ("viewer", "user", "op", "admin")


def tokens() -> dict[str, dict[str, str]]:
    """Who asks -> the headers that prove it."""
    auth = create_auth_manager()
    auth.init()
    people = {role: SimpleAuthManagerUser(username=f"{role}-1", role=role) for role in ROLES}
    made = {role: auth.generate_jwt(person) for role, person in people.items()}
    expired = auth.generate_jwt(people["admin"], expiration_time_in_seconds=-3600)
    claims = jwt.decode(made["admin"], options={"verify_signature": False})
    promoted = jwt.decode(made["viewer"], options={"verify_signature": False}) | {"role": "admin"}
    bearer = {name: {"Authorization": f"Bearer {token}"} for name, token in made.items()}
    return bearer | {
        "anonymous": {},
        "by cookie": {"Cookie": f"_token={made['user']}"},
        "viewer by cookie": {"Cookie": f"_token={made['viewer']}"},
        "expired": {"Authorization": f"Bearer {expired}"},
        "forged": {"Authorization": f"Bearer {jwt.encode(claims, 'a guess' * 8, 'HS512')}"},
        "unsigned": {"Authorization": f"Bearer {jwt.encode(claims, '', 'none')}"},
        "promoted": {
            "Authorization": "Bearer "
            + made["viewer"].rpartition(".")[0].rpartition(".")[0]
            + "."
            + jwt.encode(promoted, "a guess" * 8, "HS512").split(".")[1]
            + "."
            + made["viewer"].rpartition(".")[2]
        },
        "junk": {"Cookie": "_token=junk"},
    }


async def ask(server: FastAPI, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """One request exactly as written: an HTTP client would tidy the dots of a path first."""
    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await server(scope, receive, send)
    return {
        "status": sent[0]["status"],
        "body": b"".join(part.get("body", b"") for part in sent[1:]).decode("utf-8", "replace"),
        "headers": {name.decode(): value.decode() for name, value in sent[0]["headers"]},
    }


async def main(asked: list[list[Any]]) -> None:
    """Answer all questions as one line of JSON."""
    import_all_models()
    Base.metadata.create_all(get_engine())
    pages = ReportPages()
    server = FastAPI(redirect_slashes=False)
    server.mount(ADDRESS, pages)
    known = tokens()
    answers = [
        await ask(server, method, ADDRESS + path, {**known[who], **headers})
        for method, path, who, headers in asked
    ]
    assert pages.app is not None
    told = {
        "answers": answers,
        "routes": sorted({route.path for route in pages.app.routes}),  # type: ignore[attr-defined]
        "views": SukiReports.external_views,
    }
    print("ANSWER" + json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
