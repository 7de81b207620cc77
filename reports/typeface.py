"""The letters of charts and PDF: one bundled typeface for every language, checked before use.

A machine may have no font with Thai letters, and then a chart is drawn with boxes and nobody is
told. So the files lie in `fonts/`, and a picture is refused where they are absent or not whole.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from reports.tables import ReportError

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Sarabun"
#: File name, weight it stands for, and what its bytes must be (see fonts/SOURCE.md).
FACES = (
    (
        "Sarabun-Regular.ttf",
        400,
        "b8150084e25734e6f31696c57ff009f5564efa09d295848b717d9e2328c0311d",
    ),
    (
        "Sarabun-SemiBold.ttf",
        600,
        "27d543a98ac92003610dcb41c7309f67bfa24ab7fecb88e2562dd7c8a170497b",
    ),
)
REMEDY = "put the file back from the release, or install Suki again; nothing was drawn"
_SARA_AM = re.compile("([\u0e31\u0e34-\u0e37\u0e47-\u0e4e]*)\u0e33")


def whole_faces(folder: Path = FONTS) -> dict[int, Path]:
    """The font files by weight, each with the bytes it was released with.

    Raises:
        ReportError: when one is absent, cannot be read, or is damaged; it names file and remedy.
    """
    found = {}
    for name, weight, digest in FACES:
        path = folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ReportError(
                f"the font {path} cannot be read ({error.strerror}), and without it charts and "
                f"PDF print boxes instead of letters: {REMEDY}"
            ) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ReportError(
                f"the font {path} is damaged or another one ({len(content):,} bytes, not the "
                f"ones of fonts/SOURCE.md): {REMEDY}"
            )
        found[weight] = path
    return found


@lru_cache(maxsize=4)
def register_for_charts(folder: Path = FONTS) -> str:
    """Make the typeface known to the chart library and return its name; once per process.

    Raises:
        ReportError: as `whole_faces`.
    """
    import vl_convert

    whole_faces(folder)
    vl_convert.register_font_directory(str(folder))
    return FAMILY


def drawable(text: str) -> str:
    """Text as the chart library spaces it rightly.

    It gives the syllable of a Thai SARA AM (น้ำ) the width of its first letter alone, so that the
    next letter overlaps. Written as its two parts, NIKHAHIT before the tone mark and SARA AA
    after it, the same glyphs are drawn, each with its own width.
    """
    return _SARA_AM.sub("\u0e4d\\1\u0e32", text)
