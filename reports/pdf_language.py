"""What the library that makes PDF does not write: the language, and dates as PDF writes them.

Without its language a screen reader speaks Thai with English sounds. It is added as PDF allows
any change (ISO 32000, 7.5.6): the two objects are written once more behind the end of the file.
"""

from __future__ import annotations

import re
import zlib

from reports.tables import ReportError

_REFERENCES = re.compile(rb"/(Root|Info|Size) (\d+)")
_STREAM = re.compile(rb"<<([^>]*?/Type /ObjStm[^>]*?)>>\s*stream\r?\n", re.DOTALL)
_DATE = re.compile(rb"/(CreationDate|ModDate) \((?=\d)")


def with_language(pdf: bytes, language: str) -> bytes:
    """The same document with its language, and its title shown instead of the file's name.

    Args:
        pdf: as the library wrote it: cross-reference stream, objects packed into object streams.
        language: such as `th`.

    Raises:
        ReportError: the file is not laid out in that way.
    """
    start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    told = {name.decode(): int(value) for name, value in _REFERENCES.findall(pdf[start:])}
    packed = _packed(pdf)
    catalogue, facts = (packed.get(told.get(name, -1), b"") for name in ("Root", "Info"))
    if "Size" not in told or b"/Type /Catalog" not in catalogue or not facts.startswith(b"<<"):
        raise ReportError(
            "the PDF is laid out in an unknown way, so its language cannot be written; "
            "use the version of plutoprint that requirements.txt names"
        )
    entries = b"/Lang (%b) /ViewerPreferences << /DisplayDocTitle true >>" % language.encode()
    again = {
        told["Root"]: catalogue.rstrip().removesuffix(b">>") + entries + b" >>",
        told["Info"]: _DATE.sub(rb"/\1 (D:", facts.rstrip()),
    }
    return _appended(pdf if pdf.endswith(b"\n") else pdf + b"\n", again, told, start)


def _packed(pdf: bytes) -> dict[int, bytes]:
    """The objects inside the object streams, by number."""
    objects = {}
    for stream in _STREAM.finditer(pdf):
        count, first = (int(found) for found in re.findall(rb"/(?:N|First) (\d+)", stream[1]))
        content = zlib.decompressobj().decompress(pdf[stream.end() :])
        head = [int(number) for number in content[:first].split()[: 2 * count]]
        ends = [*head[3::2], len(content) - first]
        for number, begin, end in zip(head[::2], head[1::2], ends, strict=True):
            objects[number] = content[first + begin : first + end]
    return objects


def _appended(pdf: bytes, again: dict[int, bytes], told: dict[str, int], previous: int) -> bytes:
    """The file with some objects written anew, and a table of where they and the table stand."""
    places = {}
    for number, body in sorted(again.items()):
        places[number] = len(pdf)
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    size = told["Size"]
    places[size] = at = len(pdf)
    rows = b"".join(b"\x01" + place.to_bytes(4, "big") + b"\x00\x00" for place in places.values())
    index = " ".join(f"{number} 1" for number in places)
    head = (
        f"{size} 0 obj\n<< /Type /XRef /Size {size + 1} /W [1 4 2] /Index [{index}] "
        f"/Root {told['Root']} 0 R /Info {told['Info']} 0 R /Prev {previous} "
        f"/Length {len(rows)} >>\nstream\n"
    )
    return pdf + head.encode() + rows + f"\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n".encode()
