"""One command watched from outside: time, processor, memory, processes."""

from __future__ import annotations

import resource
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.05
PUBLISHED = {0, 3}


class CommandFailed(Exception):
    """A measured command ended badly; the message is the end of what it said."""


@dataclass
class Measurement:
    """What one command took.

    Attributes:
        wall_seconds: from start to end.
        cpu_seconds: user and system time of the command and every process it waited for.
        peak_megabytes: largest sum of resident memory over the tree; shared pages count once
            per process, so it is an upper bound.
        processes: Python processes seen, by what they are; those shorter than a sample escape.
    """

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_megabytes: float = 0.0
    processes: dict[str, int] = field(default_factory=dict)


def measure(command: list[str], environment: dict[str, str], log: Path) -> Measurement:
    """Run a command to its end and watch its tree of processes.

    Raises:
        CommandFailed: it ended with neither 0 nor 3 (published with warnings).
    """
    result, seen = Measurement(), {}
    before, started = _children_cpu(), time.perf_counter()
    with log.open("wb") as out:
        root = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        while root.poll() is None:
            result.peak_megabytes = max(result.peak_megabytes, _look(root.pid, seen))
            time.sleep(SAMPLE_SECONDS)
    result.wall_seconds = time.perf_counter() - started
    result.cpu_seconds = _children_cpu() - before
    for kind in seen.values():
        result.processes[kind] = result.processes.get(kind, 0) + 1
    if root.returncode not in PUBLISHED:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise CommandFailed(f"{' '.join(command)} ended with {root.returncode}:\n{said}")
    return result


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _look(pid: int, seen: dict[tuple[int, float], str]) -> float:
    """Sum of resident memory in MB now; notes processes not met before."""
    total = 0.0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in family:
        try:
            total += process.memory_info().rss / 2**20
            if kind := _kind(process):
                seen[(process.pid, process.create_time())] = kind
        except psutil.Error:
            continue
    return total


def _kind(process: psutil.Process) -> str | None:
    """What a Python process is, in a word or two; None for any other process."""
    command = process.cmdline()
    if not command:
        return None
    if not Path(command[0]).name.startswith("python"):
        # A process that titles itself, as Airflow's do, keeps only that title.
        return " ".join(command[0].split()[:2]) if command[0].startswith("airflow") else None
    if "-c" in command:
        return "python -c"
    words = [Path(word).name for word in command[1:] if not word.startswith("-")]
    return " ".join(words[:2]) or "python"
