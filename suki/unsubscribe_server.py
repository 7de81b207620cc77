"""`suki receive-unsubscribes`: the receiver on Python's own web server, for a single shop."""

from __future__ import annotations

import logging
import sys
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from suki.errors import SukiError
from suki.settings import Settings
from suki.unsubscribe_receiver import UnsubscribeReceiver

log = logging.getLogger("suki.unsubscribe")

SECONDS_PER_REQUEST = 10


class _Threads(ThreadingMixIn, WSGIServer):
    """A caller that dawdles keeps nobody else waiting."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hung up is no news, and whose address it was is nobody's business."""
        error = sys.exception()
        log.info("a request broke off (%s)", type(error).__name__)


class _QuietRequests(WSGIRequestHandler):
    """Drops who dawdles; writes neither addresses nor tokens to a log."""

    timeout = SECONDS_PER_REQUEST

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request line holds the token and the log would keep the address."""


def open_server(settings: Settings, host: str, port: int) -> WSGIServer:
    """A server that listens; `serve_forever` answers. Port 0 takes any free one.

    Raises:
        SukiError: the port is taken or not allowed.
    """
    receiver = UnsubscribeReceiver(settings)
    try:
        return make_server(host, port, receiver, _Threads, _QuietRequests)
    except OSError as error:
        raise SukiError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); name another --port"
        ) from error
