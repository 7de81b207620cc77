"""Running the linters of this environment on the project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.tree import PROJECT

TOOLS = Path(sys.executable).parent


@pytest.fixture
def run_tool() -> Callable[..., tuple[int, str]]:
    """Run a tool on the project; answers with its exit code and the end of what it said."""

    def run(*command: str) -> tuple[int, str]:
        tool = TOOLS / command[0]
        assert tool.exists(), f"{command[0]} is not installed; `make test` installs it"
        done = subprocess.run(
            [str(tool), *command[1:]],
            cwd=PROJECT,
            env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr)[-6000:]

    return run
