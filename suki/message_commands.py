"""`suki messages` and `suki receive-unsubscribes`: what customers read, and how they say no."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from suki.errors import ConfigurationError
from suki.settings import Settings


@click.group()
def messages() -> None:
    """Check and look at the messages of config/messages/ before anybody gets one."""


@messages.command()
def check() -> None:
    """Read and render every message in every language; tell each mistake with file and line."""
    from reports.message_checks import check_templates
    from suki.message_files import brought_variables, load_template, template_paths

    settings = Settings()
    mistakes, templates = [], []
    for path in template_paths(settings).values():
        try:
            templates.append(load_template(path))
        except ConfigurationError as error:
            mistakes.append(str(error))
    findings = check_templates(templates, brought_variables(settings))
    for finding in findings:
        click.echo(f"{'note ' if finding.is_warning else 'FIX  '} {finding}")
    for mistake in mistakes:
        click.echo(f"FIX   {mistake}")
    wrong = len(mistakes) + sum(not finding.is_warning for finding in findings)
    click.echo(f"{len(templates) + len(mistakes)} messages, {wrong} mistakes")
    _tell_whether_mail_may_go(settings)
    if wrong:
        sys.exit(ConfigurationError.exit_code)


@messages.command()
@click.argument("template")
@click.option("--language", default="en", show_default=True, help="en, fil, th or pl.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder to write into; default this one.",
)
@click.option("--without-name", is_flag=True, help="As who gets it whose first name is not known.")
def preview(template: str, language: str, out: Path, without_name: bool) -> None:
    """Write subject, text and HTML of TEMPLATE as a made-up customer would get it."""
    from dataclasses import replace

    from reports.message_checks import SAMPLE_LETTERHEAD, sample_message
    from reports.message_templates import MessageError
    from reports.render import write_rendered
    from suki.message_files import letterhead, load_templates

    settings = Settings()
    templates = load_templates(settings)
    if template not in templates:
        close = difflib.get_close_matches(template, templates, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(templates)}"
        raise ConfigurationError(f"no message {template!r}; {hint}")
    ours = letterhead(settings, _currency(settings))
    shown = {name: value for name, value in vars(ours).items() if value}
    values = {"first_name": None} if without_name else {}
    try:
        mail = sample_message(
            templates[template], language, replace(SAMPLE_LETTERHEAD, **shown), values
        )
    except MessageError as error:
        raise ConfigurationError(str(error)) from error
    for path in write_rendered(mail, out, f"{template}.{language}"):
        click.echo(f"wrote {path}")
    _tell_whether_mail_may_go(settings)


@click.command("receive-unsubscribes")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8087, show_default=True, help="Port to listen on.")
def receive_unsubscribes(host: str, port: int) -> None:
    """Answer the unsubscribe links of messages until Ctrl-C; hits land in landing/consents/.

    Put the shop's web server in front of it: that one brings HTTPS.
    """
    from suki.unsubscribe_server import open_server

    settings = Settings()
    with open_server(settings, host, port) as server:
        click.echo(f"listening on http://{host}:{server.server_port}/ for {_public(settings)}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped")


def _tell_whether_mail_may_go(settings: Settings) -> None:
    from suki.unsubscribe import customer_mail_refusal

    if refusal := customer_mail_refusal(settings):
        click.echo(f"note  {refusal}")


def _currency(settings: Settings) -> str:
    wanted = settings.business.store.reporting_currency
    return "" if wanted == "auto" else wanted


def _public(settings: Settings) -> str:
    return settings.business.contact.unsubscribe_url or "contact.unsubscribe_url, which is not set"
