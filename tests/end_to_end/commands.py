"""The `suki` command as a user starts it: its own process, its own SUKI_HOME, no inherited settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Against a command that hangs; a busy machine may take minutes for what takes seconds elsewhere.
PATIENCE = 1200  # seconds


def suki(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `suki` for a shop; the exit code is the caller's to judge."""
    command = [str(Path(sys.executable).with_name("suki")), *arguments]
    environment = {
        "SUKI_HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "SUKI_IDENTITY_KEY": "a test key",
    }
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
