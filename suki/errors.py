"""The errors a user may meet, each with the exit code the command line answers with."""

from __future__ import annotations


class SukiError(Exception):
    """A failure told in plain words: what, where, and what to do about it."""

    exit_code = 1


class ConfigurationError(SukiError):
    """Bad usage or configuration; nothing was read or written."""

    exit_code = 2


class HeldError(SukiError):
    """A door held the run; the last good publication stands."""

    exit_code = 4


class LockedError(SukiError):
    """Another process holds what this one needs."""
