"""Handing messages over: claimed in the ledger first, each at most once, to outbox or SMTP."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from suki.ledger import Ledger, clock
from suki.settings import Settings

if TYPE_CHECKING:
    from email.message import EmailMessage

    from reports.mailer import SmtpSession
    from reports.render import RenderedMail


class Delivery:
    """Sends rendered mails of one shop, all of a `with` block over one connection.

    The key of a message is (message, period, recipient): a restated figure is not a new
    message. `sending` is committed before the server is asked and `sent` after it answered;
    a process killed in between leaves `sending`, which is told as uncertain and never sent
    again by itself.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        tell: Callable[[str], None],
        session: SmtpSession | None = None,
    ) -> None:
        """Nothing is opened or sent yet; without a session one is made of the settings."""
        self._settings, self._ledger, self._tell = settings, ledger, tell
        self._session = session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            self._session.close()

    def hand_over(
        self,
        mail: RenderedMail,
        *,
        message: str,
        period: str,
        recipient: str,
        run_id: str,
        list_headers: Mapping[str, str] | None = None,
    ) -> str:
        """Send one mail to one recipient, unless that was done before.

        Args:
            list_headers: of `suki.unsubscribe.list_headers`, for mail to customers.

        Returns:
            sent (SMTP took it), written (no SMTP configured; it lies in the outbox folder),
            already (an earlier run or another process did it), uncertain (the connection broke
            when the server may have had it; never sent again by itself), or failed (the server
            has it not; the reason is in the ledger and the next run tries again).
        """
        from reports.mailer import compose, write_outbox

        recipient_key = self._keyed(recipient)
        key = hashlib.sha256(f"{message}\x1f{period}\x1f{recipient_key}".encode()).hexdigest()[:32]
        if not self._claim(key, message, period, recipient_key, run_id):
            return "already"
        name = f"{period}_{message}_{key[:12]}"
        told = f"{message} for {period}"
        try:
            composed = compose(
                mail,
                self._settings.business.mail.sender,
                recipient,
                f"<{key}@{_domain(self._settings)}>",
                clock(),
                list_headers,
            )
        except ValueError as error:  # of one reader; the others get theirs
            return self._not_sent(key, told, str(error))
        path = write_outbox(self._settings.outbox, name, composed)
        if self._settings.smtp is None:
            if not self._ledger.start_message(key, "written", path=path.name, finished_at=clock()):
                return "already"
            return "written"
        return self._by_smtp(composed, key, path.name, told)

    def _by_smtp(self, composed: EmailMessage, key: str, file_name: str, told: str) -> str:
        """Ask the server, `sending` committed only for as long as it has the message in hand."""
        from reports.mailer import MailError

        session = self._connection()
        try:
            session.ready()  # waiting for its turn and connecting leave no message uncertain
        except MailError as error:
            return self._not_sent(key, told, str(error), path=file_name)
        if not self._ledger.start_message(key, "sending", path=file_name):
            return "already"
        try:
            session.send(composed)
        except MailError as error:
            outcome = "uncertain" if error.may_have_arrived else "failed"
            self._ledger.mark_message(key, outcome, reason=str(error))
            self._tell(f"{told} was not sent: {error}; it lies in the outbox as {file_name}")
            return outcome
        self._ledger.mark_message(key, "sent")
        return "sent"

    def _not_sent(self, key: str, told: str, reason: str, **known: str) -> str:
        """Note a message that no server was asked to take; another process may have it meanwhile."""
        noted = {"reason": reason, "finished_at": clock(), **known}
        if not self._ledger.start_message(key, "failed", **noted):
            return "already"
        place = f"; it lies in the outbox as {known['path']}" if "path" in known else ""
        self._tell(f"{told} was not sent: {reason}{place}")
        return "failed"

    def _connection(self) -> SmtpSession:
        from reports.mailer import SmtpSession, SmtpSettings

        if self._session is None:
            assert self._settings.smtp is not None
            self._session = SmtpSession(SmtpSettings(**self._settings.smtp.model_dump()))
        return self._session

    def _claim(self, key: str, message: str, period: str, recipient_key: str, run_id: str) -> bool:
        """New, or refused by the server before: a failed message was not sent and may be tried again.

        Two processes may both take up a message that was queued and dropped; only one of them
        can start it.
        """
        record = {
            "message": message,
            "period": period,
            "recipient_key": recipient_key,
            "run_id": run_id,
        }
        return self._ledger.enqueue(key, **record) or self._ledger.retry_message(key, run_id)

    def _keyed(self, recipient: str) -> str:
        address = recipient.strip().lower().encode()
        return hmac.new(self._settings.identity_secret(), address, hashlib.sha256).hexdigest()[:32]


def _domain(settings: Settings) -> str:
    from email.utils import parseaddr

    return parseaddr(settings.business.mail.sender)[1].partition("@")[2] or "suki.invalid"


def rendered_in(folder: Path, stem: str) -> RenderedMail:
    """A mail as a run folder keeps it."""
    from reports.render import RenderedMail

    images = {p.stem: p.read_bytes() for p in sorted((folder / f"{stem}.images").glob("*.png"))}
    read = {
        ending: (folder / f"{stem}{ending}").read_text(encoding="utf-8")
        for ending in (".subject.txt", ".txt", ".html")
    }
    return RenderedMail(
        subject=read[".subject.txt"].strip(),
        preheader="",
        text=read[".txt"],
        html=read[".html"],
        images=images,
    )
