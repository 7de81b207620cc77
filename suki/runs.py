"""A run: what it was asked, which files it may know, and where its parts lie."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.settings import PROJECT, Settings
from suki.storage import sha256_of, write_text

#: Folders whose content decides what a run computes.
CODE_ROOMS = ("transforms", "expectations", "dbt_project", "reports", "suki")
#: Steps that another process, or a later try, need not do again.
KEPT_STEPS = ("build", "score")
#: What a run remembers of each file it may read.
KEPT_OF_A_FILE = (
    "file_id", "name", "feed", "source", "sequence", "content_sha256", "version_basis",
)  # fmt: skip
CODE_SUFFIXES = {".py", ".sql", ".yml", ".csv", ".html", ".txt", ".css", ".js", ".po", ".ttf"}


@dataclass
class Run:
    """One run, kept between steps as `build/<run_id>/run.json`.

    Attributes:
        run_id: as_of and a hash of everything the run depends on; equal inputs, equal id.
        as_of: last business date, in the store's time zone.
        known_at: moment up to which files are known, ISO 8601; None for all.
        files: ledger records of the files the run may read, in order of arrival.
        tonight: ids of the files first read by this run's ingest.
        overrides: decisions by hand about who is who that the run obeys, in their order.
        contacts_sha256: hash of what the contact log and the suppressions told; None while empty.
        facts: what steps found out, small and free of personal data.
        seconds: wall-clock seconds per step.
        peak_memory_mib: highest memory of the step's process, up to the end of the step.
        done: steps whose work is finished and kept in the run's workshop.
    """

    run_id: str
    as_of: str
    known_at: str | None
    files: list[dict[str, Any]]
    tonight: list[str]
    configuration_sha256: str
    code_sha256: str
    overrides: list[dict[str, Any]] = field(default_factory=list)
    contacts_sha256: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_mib: dict[str, int] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @property
    def took(self) -> dict[str, dict[str, float] | dict[str, int]]:
        """What `run.json` of the published folder tells: the wall-clock side of the run."""
        return {"seconds": self.seconds, "peak_memory_mib": self.peak_memory_mib}

    @property
    def business_date(self) -> date:
        """as_of as a date."""
        return date.fromisoformat(self.as_of)

    def folder(self, settings: Settings) -> Path:
        """Where the run is being made."""
        return settings.build / self.run_id

    def published_folder(self, settings: Settings) -> Path:
        """Where the run stands once it is whole."""
        return settings.runs / self.run_id

    def save(self, settings: Settings) -> None:
        """Keep the run for the next step, which may be another process."""
        write_text(
            self.folder(settings) / "run.json",
            json.dumps(asdict(self), indent=1, sort_keys=True) + "\n",
        )


def load(settings: Settings, run_id: str) -> Run:
    """The run as its last step left it.

    Raises:
        ConfigurationError: no such run is being made here.
    """
    path = settings.build / run_id / "run.json"
    if not path.is_file():
        known = (
            sorted(p.name for p in settings.build.glob("*/") if (p / "run.json").exists())
            if settings.build.is_dir()
            else []
        )
        raise ConfigurationError(
            f"there is no run {run_id!r} in {settings.build}; runs there: {', '.join(known) or 'none'}"
        )
    return Run(**json.loads(path.read_text(encoding="utf-8")))


def stands(run_id: str, settings: Settings, ledger: Ledger) -> bool:
    """True where the run was published and its folder is there."""
    return ledger.is_published(run_id) and (settings.runs / run_id / "manifest.json").is_file()


def resume(run: Run, settings: Settings) -> Run:
    """The run as an earlier try left it, if its workshop still holds what was made."""
    folder = run.folder(settings)
    if not (folder / "run.json").is_file() or not (folder / "warehouse.duckdb").is_file():
        return run
    earlier = load(settings, run.run_id)
    run.facts, run.done = earlier.facts, earlier.done
    run.seconds, run.peak_memory_mib = earlier.seconds, earlier.peak_memory_mib
    return run


def prepare(
    settings: Settings,
    files: list[dict[str, Any]],
    definitions: dict[str, str],
    *,
    as_of: date,
    known_at: datetime | None,
    tonight: list[str],
    overrides: Sequence[dict[str, Any]] = (),
    contacts_sha256: str | None = None,
) -> Run:
    """Describe a run and give it the id that its inputs determine."""
    configuration = configuration_hash(settings, definitions)
    known = [{k: f[k] for k in KEPT_OF_A_FILE} for f in files]
    moment = known_at.isoformat() if known_at else None
    identity = [
        as_of.isoformat(),
        moment,
        [[f["feed"], f["file_id"]] for f in known],
        configuration,
        code_hash(),
        [[o["kind"], o["left"], o["right"], o["decided_on"]] for o in overrides],
        contacts_sha256,
    ]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:12]
    return Run(
        f"{as_of.isoformat()}_{digest}",
        as_of.isoformat(),
        moment,
        known,
        tonight,
        configuration,
        code_hash(),
        list(overrides),
        contacts_sha256,
    )


def configuration_hash(settings: Settings, definitions: dict[str, str]) -> str:
    """Hash of the business settings, of every other file in config/ and of every source definition."""
    content = {
        "settings": settings.business.model_dump(mode="json"),
        "files": {name: sha256_of(path) for name, path in settings.configuration_files().items()},
        "sources": definitions,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def code_hash() -> str:
    """Hash of the code that computes: a new version of Suki makes a new run."""
    digest = hashlib.sha256()
    for room in CODE_ROOMS:
        for path in sorted((PROJECT / room).rglob("*")):
            if (
                path.suffix in CODE_SUFFIXES
                and "__pycache__" not in path.parts
                and "target" not in path.parts
            ):
                digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def timed(run: Run, step: str, settings: Settings) -> Iterator[None]:
    """Note what a step took, and that it is done where its work need not be done again."""
    started = time.perf_counter()
    yield
    note(run, step, started)
    if step in KEPT_STEPS:
        run.done.append(step)
    run.save(settings)
    times = run.published_folder(settings) / "run.json"
    if times.is_file():
        write_text(times, json.dumps(run.took, indent=1, sort_keys=True) + "\n")


def note(run: Run, step: str, started: float) -> None:
    """Seconds since `started`, and the highest memory of this process so far."""
    run.seconds[step] = round(time.perf_counter() - started, 2)
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run.peak_memory_mib[step] = round(kibibytes / 1024)


def sweep(settings: Settings, keep: set[str], tell: Callable[[str], None]) -> None:
    """Empty the workshops of runs that nobody needs any more; dbt's artefacts and findings stay."""
    for folder in sorted(settings.build.iterdir()) if settings.build.is_dir() else ():
        if folder.name in keep or not (folder / "run.json").exists():
            continue
        heavy = [
            folder / "current",
            folder / "scores",
            folder / "outreach",
            *folder.glob("warehouse.duckdb*"),
        ]
        for part in (p for p in heavy if p.exists()):
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()
            tell(f"removed {part.name} of run {folder.name}")
