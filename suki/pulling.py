"""Handing out a published segment or list: consent asked once more, a file, and its manifest."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.building import canonical_store
from suki.contact_log import suppressed_identifiers
from suki.errors import ConfigurationError
from suki.identity_decisions import surrogates_of_run
from suki.ledger import Ledger
from suki.settings import Settings
from suki.storage import sha256_of

if TYPE_CHECKING:
    import polars as pl

    from reports.import_shapes import Shaped
    from reports.lists import ListFile

MANIFEST_SUFFIX = ".manifest.json"


@dataclass(frozen=True)
class Offer:
    """A segment or list of a publication.

    Attributes:
        kind: segment or list.
        rows: people in it.
        left_out: reason -> people with a reason to be on a list who are not.
        channel, purpose: of a list's campaign; a segment has none.
        path: Parquet file with names and addresses.
    """

    kind: str
    name: str
    title: str
    rows: int
    path: Path
    left_out: dict[str, int] = field(default_factory=dict)
    channel: str | None = None
    purpose: str = "marketing"


@dataclass(frozen=True)
class PullRequest:
    """What to hand out, in which shape, and where to."""

    name: str
    out: Path
    shape: str = "plain"
    file_format: str = "csv"
    run_id: str | None = None
    value_column: str | None = None
    byte_order_mark: bool = False


@dataclass(frozen=True)
class Pulled:
    """What was handed out."""

    offer: Offer
    as_of: str
    files: list[ListFile]
    manifest: Path
    left_out: dict[str, int]
    blanked: dict[str, int]
    warnings: tuple[str, ...]


def offers(settings: Settings, run_id: str | None = None) -> tuple[dict[str, Any], list[Offer]]:
    """The manifest of a publication, and every list and segment it holds, lists first, by name.

    Raises:
        ConfigurationError: nothing is published, no such run, or a run that hands out nothing.
    """
    folder = settings.runs / run_id if run_id else settings.published / "latest"
    if not (folder / "manifest.json").is_file():
        raise ConfigurationError(
            f"no published run {run_id!r}; `suki status` names them"
            if run_id
            else "nothing has been published yet; begin with `suki run`"
        )
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["outcome"] == "held" or manifest["known_at"] is not None:
        why = "was held" if manifest["outcome"] == "held" else "tells an earlier belief"
        raise ConfigurationError(
            f"run {manifest['run_id']} {why}; its lists are not handed out. Name a published run."
        )
    found = [
        Offer(
            "list", one["name"], one["title"], one["rows"], folder / "lists" / f"{one['name']}.parquet",
            one["suppressed"], one.get("channel", "email"), one.get("purpose", "marketing"),
        )
        for one in sorted(manifest["lists"], key=lambda one: str(one["name"]))
    ]  # fmt: skip
    for path, counted in sorted(manifest["files"].items()):
        if path.startswith("segments/") and path.endswith(".parquet"):
            name = Path(path).stem
            found.append(Offer("segment", name, name, counted["rows"], folder / path))
    return manifest, found


def pull(settings: Settings, ledger: Ledger, request: PullRequest) -> Pulled:
    """Write one segment or list for another tool, and a manifest beside it, for the owner's eyes only.

    Whoever has said no since the publication is treated as if they had said it before: left out
    of a vendor's file and counted, without an address in a plain one. Pulling again replaces the
    files of the pull before.

    Raises:
        ConfigurationError: nothing of that name, shape or format, or a place that is no place.
    """
    from reports.import_shapes import shaped, write_shaped

    manifest, found = offers(settings, request.run_id)
    offer = _named(request.name, found)
    out = request.out.expanduser().absolute()
    if out.resolve().is_relative_to(settings.runs.resolve()):
        raise ConfigurationError(
            f"{out} lies in a published run, which never changes; name another place"
        )
    if out.is_dir():
        raise ConfigurationError(f"{out} is a folder; name the file to write")
    people = agreed_now(settings, ledger, manifest["run_id"], offer)
    try:
        made = shaped(
            people, request.shape, purpose=offer.purpose, value_column=request.value_column
        )
        _forget_previous(out)
        files = write_shaped(
            made, out, request.file_format, byte_order_mark=request.byte_order_mark
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    described = _described(manifest, offer, request, made, files, people.height)
    described["files_known"] = len(ledger.known_files())
    path = _write_manifest(out, described)
    return Pulled(offer, manifest["as_of"], files, path, made.left_out, made.blanked, made.warnings)


def _named(name: str, found: list[Offer]) -> Offer:
    kind, _, bare = name.rpartition(":")
    fitting = [one for one in found if one.name == bare and kind in ("", one.kind)]
    if len(fitting) > 1:
        raise ConfigurationError(
            f"{bare!r} is a list and a segment; say list:{bare} or segment:{bare}"
        )
    if not fitting:
        known = [one.name for one in found]
        close = difflib.get_close_matches(bare, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else "`suki lists` names all"
        raise ConfigurationError(f"the publication has no list and no segment {name!r}; {hint}")
    return fitting[0]


def agreed_now(settings: Settings, ledger: Ledger, run_id: str, offer: Offer) -> pl.DataFrame:
    """The people of a published list or segment with their consent as it stands now; see `as_agreed_now`."""
    import polars as pl

    from transforms import identity
    from transforms.permission_now import KnownNow, as_agreed_now

    if not offer.path.is_file():
        raise ConfigurationError(
            f"the {offer.kind} {offer.name!r} of run {run_id} was published without addresses to hand "
            "out; `suki run` publishes it anew"
        )
    known = KnownNow(
        canonical_store(settings, ledger.known_files()),
        identity.named(surrogates_of_run(ledger, run_id)),
        identity.person_key(settings.identity_secret()),
        suppressed_identifiers(ledger),
    )
    return as_agreed_now(
        pl.read_parquet(offer.path),
        known,
        channel=offer.channel,
        purpose=offer.purpose,
        service_is_agreed=settings.business.contact.service_contact_is_agreed,
    )


def _described(
    manifest: dict[str, Any],
    offer: Offer,
    request: PullRequest,
    made: Shaped,
    files: list[ListFile],
    people: int,
) -> dict[str, Any]:
    return {
        "name": offer.name,
        "kind": offer.kind,
        "channel": offer.channel,
        "purpose": offer.purpose,
        "run_id": manifest["run_id"],
        "as_of": manifest["as_of"],
        "definitions_version": manifest["definitions_version"],
        "configuration_sha256": manifest["configuration_sha256"],
        "shape": request.shape,
        "format": request.file_format,
        "people_in_publication": people,
        "rows": made.rows.height,
        "left_out": made.left_out,
        "blanked": made.blanked,
        "warnings": list(made.warnings),
        "files": [{"name": f.path.name, "rows": f.rows, "sha256": f.sha256} for f in files],
    }


def _write_manifest(out: Path, described: dict[str, Any]) -> Path:
    from reports.lists import write_whole

    path = out.with_name(out.name + MANIFEST_SUFFIX)
    content = json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(path, content.encode(), private=True)
    return path


def _forget_previous(out: Path) -> None:
    """Take away what the pull before wrote here, unless somebody has changed it since.

    Parts beyond those of tonight would keep people who have withdrawn.
    """
    path = out.with_name(out.name + MANIFEST_SUFFIX)
    if not path.is_file():
        return
    try:
        earlier = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError, TypeError):
        return
    for one in earlier:
        file = out.with_name(Path(one["name"]).name)
        if file.is_file() and sha256_of(file) == one["sha256"]:
            file.unlink()
