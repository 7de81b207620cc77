"""What may be wrong with a catalogue: each fault names the message and what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

PERCENT = re.compile(r"%\((\w+)\)[sd]|(%%)|(%)")
BRACES = re.compile(r"\{(\w*)(?:[^{}]*)\}")
TAG = re.compile(r"</?[A-Za-z][^>]*>")
SHOWN = 70

Key = tuple[str | None, str]


def faults(catalogue: Any, template: Any) -> list[str]:
    """Everything that keeps a catalogue from being complete and safe to show.

    Args:
        catalogue: the translations of one language, a Babel catalogue.
        template: the messages as they stand in the sources.
    """
    wanted, kept = by_key(template), by_key(catalogue)
    found = [f"missing: {_shown(key)}" for key in wanted if key not in kept]
    found += [f"obsolete, no source says it: {_shown(key)}" for key in kept if key not in wanted]
    found += [f"obsolete, kept as a comment: {_shown((None, key))}" for key in _ids(catalogue)]
    for key in wanted:
        if key in kept:
            found += [f"{fault}: {_shown(key)}" for fault in _faults_of(kept[key], catalogue)]
    return found


def by_key(catalogue: Any) -> dict[Key, Any]:
    """The messages of a catalogue by context and source text, without its header."""
    return {(one.context, _singular(one.id)): one for one in catalogue if one.id}


def untranslated(catalogue: Any, template: Any) -> list[Key]:
    """The messages a language does not say yet: missing, empty or only guessed."""
    kept = by_key(catalogue)
    return [key for key in by_key(template) if key not in kept or not _is_said(kept[key])]


def _is_said(message: Any) -> bool:
    said = _forms(message.string)
    return bool(said) and all(said) and not message.fuzzy


def _faults_of(message: Any, catalogue: Any) -> Iterator[str]:
    said = _forms(message.string)
    if not any(said):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy: read it again and take the mark off"
    if isinstance(message.id, tuple) and (len(said) != catalogue.num_plurals or not all(said)):
        yield f"needs {catalogue.num_plurals} plural forms, all of them filled"
    source = _forms(message.id)
    for form in filter(None, said):
        # A form of a plural may leave its number out or keep it, as either form of the source.
        allowed = [_parts(one) for one in source]
        if _parts(form) not in allowed:
            yield f"other placeholders or tags than the source in {form[:SHOWN]!r}"
        if form != form.strip() and source[0] == source[0].strip():
            yield "begins or ends with a space that the source has not"


def _parts(text: str) -> Mapping[str, int]:
    """The placeholders and HTML tags of a message, each with how often it stands there."""
    parts: Counter[str] = Counter(f"{{{name}}}" for name in BRACES.findall(text))
    parts.update(TAG.findall(text))
    for name, _escaped, _bare in PERCENT.findall(text):
        if name:
            parts[f"%({name})s"] += 1
    return parts


def _forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def _singular(text: Any) -> str:
    return str(_forms(text)[0])


def _ids(catalogue: Any) -> list[str]:
    return [_singular(key) for key in catalogue.obsolete]


def _shown(key: Key) -> str:
    context, text = key
    short = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"{short!r} ({context})" if context else repr(short)
