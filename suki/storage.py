"""Files that are whole or absent: write beside, sync, rename."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; renamed onto it when the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(path)
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write a text file atomically, UTF-8, no trailing surprises."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


def write_with(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a temporary file, then put it in place."""
    with replacing(path) as partial:
        write(partial)
    return path


def point(pointer: Path, target: Path) -> None:
    """Make a relative symbolic link, replacing the one that stands there in one step."""
    pointer.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(pointer)
    partial.unlink(missing_ok=True)
    partial.symlink_to(os.path.relpath(target, pointer.parent))
    partial.replace(pointer)


def keep_private(folder: Path, readers_group: int | None = None) -> None:
    """Close a folder and its files to everybody but their owner and, where named, a group.

    Raises:
        PermissionError: the owner of this process is no member of the group.
    """
    for path in (folder, *folder.rglob("*")):
        if readers_group is not None:
            os.chown(path, -1, readers_group)
        mode = 0o700 if path.is_dir() else 0o600
        path.chmod(mode | (mode >> 3 & 0o050) if readers_group is not None else mode)


def sha256_of(path: Path) -> str:
    """Hash of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
