"""The shops that are measured, each made anew in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SUKI = str(Path(sys.executable).with_name("suki"))
ARCHIVE = PROJECT / "tests" / "data" / "online_retail" / "by-day.tar.xz"
DEFINITION = PROJECT / "config" / "sources" / "examples" / "online_retail.yml"
ONLINE_RETAIL_SETTINGS = """\
[store]
name = "Online Retail"
timezone = "Europe/London"
reporting_currency = "GBP"
[mail]
weekly = { recipients = [{ address = "executive@example.com" }] }
monthly = { recipients = [{ address = "executive@example.com" }] }
"""


def environment(home: Path, cache: Path) -> dict[str, str]:
    """The environment of a measured command: nothing of the caller's shop, bytecode allowed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SUKI_", "AIRFLOW"))}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**inherited, "SUKI_HOME": str(home), "SUKI_CACHE": str(cache)}


def demo(home: Path, cache: Path) -> Path:
    """The made-up shop of `suki demo`."""
    subprocess.run(
        [SUKI, "demo"], env=environment(home, cache), check=True, stdout=subprocess.DEVNULL
    )
    return home


def online_retail(home: Path) -> Path | None:
    """541,909 real lines in 305 daily files; None where archive or definition is not here."""
    if not (ARCHIVE.is_file() and DEFINITION.is_file()):
        return None
    landing, sources = home / "landing" / "orders", home / "config" / "sources"
    landing.mkdir(parents=True)
    sources.mkdir(parents=True)
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                with (landing / Path(member.name).name).open("wb") as target:
                    shutil.copyfileobj(content, target)
    shutil.copy(DEFINITION, sources)
    (home / "config" / "suki.toml").write_text(ONLINE_RETAIL_SETTINGS, encoding="utf-8")
    return home
