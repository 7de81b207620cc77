"""Messages are composed safely, kept whole, and handed to a real SMTP server."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from reports.mailer import (
    MailRefused,
    MailUnavailable,
    SmtpSettings,
    compose,
    send,
    write_outbox,
)
from reports.render import RenderedMail

PASSWORD = "correct-horse-battery"
SENT_AT = datetime(2026, 10, 5, 7, 0, tzinfo=UTC)
RENDERED = RenderedMail(
    subject="ร้านน้ำใจ: 71.8% zostało, żółć",
    preheader="p",
    text="Łódź 71.8%\n" + "long line " * 200 + "\n.\nnot the end\n",
    html="<p>น้ำใจ</p><img src='cid:chart@suki'>" + "<b>x</b>" * 500,
    images={"chart@suki": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40},
)


def made(rendered: RenderedMail = RENDERED, **changes: Any) -> EmailMessage:
    """A message as the pipeline composes it."""
    given = {
        "sender": "Suki <suki@example.com>",
        "recipient": "owner@example.com",
        "message_id": "<2026-10-04.kpi.1@example.com>",
        "date": SENT_AT,
    }
    return compose(rendered, **(given | changes))


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailbox:
    """Keeps what the server took; refuses one recipient for good and one for now."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return f"550 no such person {address}"
        if address.startswith("busy"):
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.received.append(envelope.original_content)
        return "250 OK"


def check_login(_server: Any, _session: Any, _envelope: Any, _how: str, login: Any) -> AuthResult:
    """Accept one password; `handled=False` lets the server answer a bad one at once."""
    is_right = login.login == b"suki" and login.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=is_right)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def mailbox() -> Mailbox:
    """What the server of this test received."""
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox, certificate: tuple[Path, Path]) -> Iterator[SmtpSettings]:
    """A real SMTP server that demands STARTTLS and a login."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    controller = Controller(
        mailbox,
        hostname="localhost",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=check_login,
        auth_required=True,
        server_hostname="localhost",
    )
    controller.start()
    yield SmtpSettings(
        "localhost", controller.port, "starttls", "suki", PASSWORD, timeout_seconds=5
    )
    controller.stop()


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the test's certificate the way an administrator would, by the environment."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def test_what_the_server_receives_equals_what_was_composed(
    server: SmtpSettings, trusted: None, mailbox: Mailbox
) -> None:
    send(made(), server)
    assert len(mailbox.received) == 1
    received = message_from_bytes(mailbox.received[0], policy=default_policy)
    assert received["Subject"] == RENDERED.subject
    assert received["From"] == "Suki <suki@example.com>"
    assert received["To"] == "owner@example.com"
    assert received["Message-ID"] == "<2026-10-04.kpi.1@example.com>"
    assert received["Date"].datetime == SENT_AT
    assert received.get_content_type() == "multipart/alternative"
    text, related = received.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == RENDERED.text
    html, picture = related.iter_parts()
    assert html.get_content().strip() == RENDERED.html
    assert picture.get_content() == RENDERED.images["chart@suki"]
    assert picture["Content-ID"] == "<chart@suki>"
    assert picture.get_content_disposition() == "inline"


@pytest.mark.parametrize(
    "subject",
    [
        "Kape Suki: 93.5% of active customers stayed in the week 19 – 25 Oct 2026 (−3.3 points)",
        "Kape Suki: 86.9% of active customers stayed in October 2026 (+0.7 points)",
        "ร้านกาแฟสุขใจ: ลูกค้าที่ยังซื้ออยู่ 93.5% อยู่ต่อในสัปดาห์ 19–25 ต.ค. 2026 (ลดลง 3.3 จุด)",
        "Sklep „Żółw”: w październiku 2026 zostało 86,9% aktywnych klientów (+0,7 p.p.)",
        "short",
        "A very long word without a space: " + "x" * 300,
        "More than a line may hold " * 50 + "end",
    ],
)
def test_a_subject_arrives_letter_by_letter_and_in_lines_that_every_relay_carries(
    server: SmtpSettings, trusted: None, mailbox: Mailbox, subject: str
) -> None:
    send(made(replace(RENDERED, subject=subject)), server)
    received = message_from_bytes(mailbox.received[0], policy=default_policy)
    assert received["Subject"] == subject
    head = mailbox.received[0].split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"Subject:\r\n" not in head
    assert max(len(line) for line in head.split(b"\r\n")) <= 998


LINK = f"https://shop.example.com/unsubscribe?token={'MR9hYWFh' * 40}"
ONE_CLICK = {"List-Unsubscribe": f"<{LINK}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def test_both_headers_of_one_click_arrive_as_they_were_written_however_long_the_link(
    server: SmtpSettings, trusted: None, mailbox: Mailbox
) -> None:
    send(made(list_headers=ONE_CLICK), server)
    head = mailbox.received[0].split(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    assert f"List-Unsubscribe: <{LINK}>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert not [line for line in head if line.startswith("Auto-Submitted")]


def test_mail_of_the_shop_s_own_people_says_that_a_machine_wrote_it() -> None:
    assert made()["Auto-Submitted"] == "auto-generated"
    assert made()["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "headers",
    [
        ONE_CLICK | {"List-Unsubscribe": f"<{LINK}>\r\nBcc: all@example.com"},
        ONE_CLICK | {"List-Unsubscribe": "<http://shop.example.com/unsubscribe>"},
        ONE_CLICK | {"List-Unsubscribe": LINK},
        ONE_CLICK | {"List-Unsubscribe": "<https://shop.example.com/a>, <https://b.example.com>"},
        ONE_CLICK | {"List-Unsubscribe": f"<https://shop.example.com/{'a' * 998}>"},
        ONE_CLICK | {"List-Unsubscribe-Post": "yes"},
        ONE_CLICK | {"Bcc": "all@example.com"},
        {"List-Unsubscribe": f"<{LINK}>"},
    ],
)
def test_a_list_header_that_is_not_as_the_standard_asks_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="refused"):
        made(list_headers=headers)


def test_a_bad_login_is_told_quickly_and_without_the_password(
    server: SmtpSettings, trusted: None
) -> None:
    wrong = SmtpSettings(server.host, server.port, "starttls", "suki", "wrong-secret", 5)
    began = time.monotonic()
    with pytest.raises(MailRefused, match=r"localhost:\d+ refused the login \(535\)") as caught:
        send(made(), wrong)
    assert time.monotonic() - began < wrong.timeout_seconds
    assert "wrong-secret" not in str(caught.value) + repr(wrong)


def test_a_refused_recipient_is_told_without_the_address(
    server: SmtpSettings, trusted: None, mailbox: Mailbox
) -> None:
    with pytest.raises(MailRefused, match=r"refused the recipient \(550\)") as caught:
        send(made(recipient="nobody@example.com"), server)
    assert "nobody" not in str(caught.value)
    with pytest.raises(MailUnavailable, match=r"the recipient now \(451\): try again later"):
        send(made(recipient="busy@example.com"), server)
    assert not mailbox.received


def test_a_certificate_nobody_vouches_for_is_not_trusted(server: SmtpSettings) -> None:
    with pytest.raises(MailUnavailable, match="certificate is not trusted"):
        send(made(), server)


def test_a_server_that_is_down_is_told_by_name() -> None:
    closed = SmtpSettings("127.0.0.1", 1, "none", timeout_seconds=2)
    with pytest.raises(MailUnavailable, match=r"127.0.0.1:1 cannot be reached: nothing") as caught:
        send(made(), closed)
    assert not caught.value.may_have_arrived


def test_a_password_never_travels_readable() -> None:
    bare = SmtpSettings("mail.example.com", 25, "none", "suki", PASSWORD)
    with pytest.raises(MailRefused, match="would travel readable"):
        send(made(), bare)


def test_a_server_that_breaks_off_in_the_middle_leaves_the_mail_uncertain() -> None:
    class Dropping(Mailbox):
        async def handle_DATA(self, server: Any, _session: Any, _envelope: Any) -> str:
            server.transport.close()
            return "250 OK"

    controller = Controller(Dropping(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        with pytest.raises(MailUnavailable, match="may have arrived") as caught:
            send(made(), SmtpSettings("127.0.0.1", controller.port, "none", timeout_seconds=3))
    finally:
        controller.stop()
    assert caught.value.may_have_arrived


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "Suki\r\nBcc: all@example.com <suki@example.com>"},
        {"recipient": "owner@example.com\nBcc: all@example.com"},
        {"recipient": "owner@example.com, other@example.com"},
        {"recipient": "no address"},
        {"recipient": ""},
        {"message_id": "<a@example.com>\r\nX-Evil: 1"},
        {"message_id": "no brackets"},
        {"date": datetime(2026, 10, 5)},
    ],
)
def test_a_header_that_says_more_than_it_should_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"refused|address|Message-ID|time zone"):
        made(**changes)


def test_a_line_break_in_the_subject_is_refused() -> None:
    forged = RenderedMail("Report\r\nBcc: all@example.com", "", "text", "<p>html</p>")
    with pytest.raises(ValueError, match="Subject"):
        made(forged)


def test_the_same_message_is_the_same_file_and_writing_it_again_is_harmless(
    tmp_path: Path,
) -> None:
    first = write_outbox(tmp_path, "2026-10-04.kpi.ab12", made()).read_bytes()
    again = write_outbox(tmp_path, "2026-10-04.kpi.ab12", made()).read_bytes()
    assert first == again
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10-04.kpi.ab12.eml"]
    other = made(message_id="<2026-10-05.kpi.1@example.com>").as_bytes()
    assert other != first


@pytest.mark.parametrize("key", ["owner@example.com", "../escape", "a/b", "", ".hidden"])
def test_an_outbox_name_never_holds_a_person_or_a_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="outbox key"):
        write_outbox(tmp_path, key, made())


def test_sending_and_lists_import_nothing_heavy() -> None:
    heavy = "{'altair', 'babel', 'jinja2', 'polars', 'vl_convert', 'css_inline'}"
    script = (
        "import sys, reports.mailer, reports.lists\n"
        f"found = {heavy} & set(sys.modules)\n"
        "sys.exit(f'imported {found}' if found else 0)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root)
