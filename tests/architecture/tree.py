"""What the architecture tests look at: the files git tracks, and the project's own Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NEVER_OURS = {".git", ".venv", ".cache", "data", "target", "__pycache__", "logs"}


def tracked_files() -> list[Path]:
    """Files that are or would be committed; without git, everything outside caches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        found = {PROJECT / name for name in listed.stdout.split("\0") if name}
    else:
        found = {
            path
            for path in PROJECT.rglob("*")
            if not NEVER_OURS & set(path.relative_to(PROJECT).parts) and not _is_tool_cache(path)
        }
    return sorted(path for path in found if path.is_file())


def _is_tool_cache(path: Path) -> bool:
    return any(part.endswith(("_cache", ".egg-info")) for part in path.parts)


def relative(path: Path) -> str:
    """A path as it is written in the project's own texts."""
    return path.relative_to(PROJECT).as_posix()


def python_files(*rooms: str) -> list[Path]:
    """Tracked Python files of these top folders."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(PROJECT).parts[0] in rooms
    ]
