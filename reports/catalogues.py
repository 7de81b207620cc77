"""`python -m reports.catalogues extract|update|check`: the catalogues of the four languages.

extract   says how many messages the sources hold
update    brings every catalogue in line: adds what is new, drops what no source says any more
check     lists what is missing, obsolete, fuzzy or unsafe; 1 when anything is
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

from reports.catalogue_checks import by_key, faults, untranslated
from reports.catalogue_sources import all_messages
from reports.languages import DOMAIN, LANGUAGES, SOURCE_LANGUAGE, catalogue_path
from reports.tables import ReportError

TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
HEADER = """\
# {name} words of Suki's reports. English is the source; GLOSSARY.md beside the catalogues says
# which term is used for what. `python -m reports.catalogues update` keeps this file in line with
# the sources, `... check` says what is missing.
#"""
NAMES = {"fil": "Filipino", "th": "Thai", "pl": "Polish"}


def template() -> Any:
    """The messages of all sources as a Babel catalogue without translations."""
    from babel.messages.catalog import Catalog

    gathered = Catalog(domain=DOMAIN, fuzzy=False)
    for message, context, place, comments in all_messages():
        gathered.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    return gathered


def read(language: str) -> Any:
    """The catalogue of one language; an empty one where there is no file yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


def brought_in_line(language: str, sources: Any) -> Any:
    """The catalogue of a language with exactly the messages of the sources; nothing is guessed."""
    from babel.messages.catalog import Catalog

    kept = by_key(read(language))
    made = Catalog(
        locale=language, domain=DOMAIN, header_comment=HEADER.format(name=NAMES[language]),
        fuzzy=False,
    )  # fmt: skip
    for key, message in by_key(sources).items():
        known = kept.get(key)
        fits = known is not None and isinstance(known.id, tuple) == isinstance(message.id, tuple)
        made.add(
            message.id,
            known.string if fits and known is not None else None,
            message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            flags=known.flags & {"fuzzy"} if known is not None else (),
            context=message.context,
        )
    return made


def written(messages: Any) -> bytes:
    """A catalogue as a file: in the order of the sources, without dates that differ every time."""
    from babel.messages.pofile import write_po

    content = BytesIO()
    write_po(content, messages, width=100, include_lineno=False)
    kept = (
        line
        for line in content.getvalue().decode("utf-8").split("\n")
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator',
                                '"Report-Msgid-Bugs-To', '"Project-Id-Version', '"Language-Team',
                                '"Generated-By'))
    )  # fmt: skip
    return "\n".join(kept).encode("utf-8")


def extract() -> int:
    """Say how many messages the sources hold, and how many each language lacks."""
    sources = template()
    print(f"{len(sources)} messages")
    for language in TRANSLATED:
        print(f"{language}: {len(untranslated(read(language), sources))} not translated")
    return 0


def update() -> int:
    """Bring every catalogue in line with the sources."""
    sources = template()
    for language in TRANSLATED:
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(brought_in_line(language, sources)))
        print(f"{path}: {len(untranslated(read(language), sources))} not translated")
    return 0


def check() -> int:
    """List the faults of every catalogue; 1 when there is one."""
    sources = template()
    found = [f"{one}: {text}" for one in TRANSLATED for text in faults(read(one), sources)]
    print("\n".join(found) or f"{len(sources)} messages, complete in {', '.join(TRANSLATED)}")
    return 1 if found else 0


COMMANDS: dict[str, Callable[[], int]] = {"extract": extract, "update": update, "check": check}


def main(arguments: list[str]) -> int:
    """Command line of this module; 2 for wrong usage."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m reports.catalogues {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]]()
    except ReportError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
