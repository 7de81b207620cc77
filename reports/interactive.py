"""Charts that answer to the pointer, with a picture and a table for those who cannot use one.

The page draws them with Vega, bundled from the package vl-convert (BSD 3-Clause) and written
beside the pages: nothing is asked of the network. Vega's expression interpreter is used, so that
the pages can forbid every script that is not a file of the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from struct import unpack
from tempfile import NamedTemporaryFile
from typing import Any

from reports.charts import NoPicture
from reports.drawing import HEIGHT, png
from reports.findings import Finding

BANNER = (
    "/* Vega, Vega-Lite and Vega-Embed, (c) University of Washington Interactive Data Lab and\n"
    "   contributors, BSD 3-Clause licence; bundled by vl-convert {version}. Not changed here. */\n"
)


@dataclass(frozen=True)
class InteractiveChart:
    """One chart of the site. `name` makes its ids and its file name; `told` is for the ear.

    `header` and `rows` are the figures as a table, already formatted; the first column is text.
    """

    name: str
    finding: Finding
    spec: dict[str, Any]
    told: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    png: bytes

    @property
    def file_name(self) -> str:
        """The picture's file under `assets/`."""
        return f"{self.name}.png"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, so that a page keeps its place while it loads."""
        width, height = unpack(">II", self.png[16:24])
        return width, height


def interactive(
    name: str,
    layers: Any,
    finding: Finding,
    *,
    told: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    height: int = HEIGHT,
) -> InteractiveChart:
    """A chart of Altair layers, as wide as its place on the page.

    Args:
        name: of the chart, unique in the site, such as `survival-next-order`.
        layers: an Altair chart or layers of charts, without size, configuration or parameters
            (Altair numbers parameters by counting, so a page would not come out the same twice).
        finding: title (states the finding) and subtitle (units, n, date).
        told: the gist in one sentence, for those who do not see it.
        header: the column heads of the figures.
        rows: the figures, formatted.
        height: in pixels.
    """
    spec = layers.properties(
        width="container",
        height=height,
        autosize={"type": "fit-x", "contains": "padding"},
        background="transparent",
    ).to_dict()
    for key in ("$schema", "config"):  # the look is the page's: light, dark, its font
        spec.pop(key, None)
    return InteractiveChart(
        name=name,
        finding=finding,
        spec=spec,
        told=told,
        header=tuple(header),
        rows=tuple(tuple(row) for row in rows),
        png=png(layers, height=height),
    )


@lru_cache(maxsize=1)
def vega_library(cache: Path | None = None) -> bytes:
    """The script that draws, as one file: the same bytes for the same version of vl-convert.

    Bundling takes seconds, so a cache folder keeps it, under a name that says the version.
    """
    name = f"vega-{version('vl-convert-python')}.js"
    if cache is not None and (cache / name).is_file():
        return (cache / name).read_bytes()
    script = _bundled().encode("utf-8")
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=cache, delete=False) as partial:
            partial.write(script)
        Path(partial.name).replace(cache / name)
    return script


def _bundled() -> str:
    import vl_convert

    # A module would not load from a folder, and bare names would be shared with other scripts.
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return BANNER.format(version=version("vl-convert-python")) + f"(() => {{{bundle}\n}})();\n"


__all__ = ["InteractiveChart", "NoPicture", "interactive", "vega_library"]
