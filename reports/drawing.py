"""How a chart looks: canvas, colours, axes, and the way to PNG.

Colours are told apart by lightness as well as hue (deep teal, amber), and never carry a meaning
that the words beside them do not repeat.
"""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any

from reports.findings import Finding
from reports.formats import Formats
from reports.line_breaks import wrapped
from reports.typeface import FAMILY, drawable, register_for_charts
from reports.words import _

WIDTH, HEIGHT = 500, 210  # drawn small, so that its letters stay readable on a phone
SCALE = 2.4
FONT = FAMILY  # bundled: the same letters, and bytes, on every machine and in every language
TITLE_LINE, SUBTITLE_LINE = 25, 18  # room for a Thai vowel with a tone mark above it
INK, MUTED, HAIRLINE = "#17282b", "#5b6b6f", "#e2e8e7"
TEAL, AMBER, GREY = "#0f5e5a", "#e0a030", "#b9c5c3"
HEAT = ["#eef5f3", "#cfe5e0", "#a5cfc8", "#6fb1a9", "#3a8c86", "#0f5e5a"]
LARGEST_HEAT = Decimal("0.5")


def heat_level(rate: Decimal) -> int:
    """The step of the colour scale, 0 (none) to 5 (half of the cohort or more)."""
    return min(len(HEAT) - 1, int(rate / LARGEST_HEAT * len(HEAT)))


def trend_layers(records: list[dict[str, Any]]) -> Any:
    """A line of monthly rates; hollow points are small samples, the last one is labelled."""
    import altair as alt

    rates = [record["rate"] for record in records]
    middle, half = (min(rates) + max(rates)) / 2, max(0.05, (max(rates) - min(rates)) * 0.6)
    domain = [max(0.0, middle - half), min(1.0, middle + half)]
    labels = [record["label"] for record in records]
    base = _chart(records).encode(
        x=_month_axis(labels),
        y=alt.Y("rate:Q").title(None).scale(domain=domain, nice=True).axis(format="%", tickCount=3),
    )
    line = base.mark_line(color=TEAL, strokeWidth=2.5)
    points = base.mark_point(size=42, stroke=TEAL, strokeWidth=2, filled=True, opacity=1).encode(
        fill=alt.condition("datum.few", alt.value("#ffffff"), alt.value(TEAL))
    )
    # The label keeps clear of the line: below the point when the line comes from above.
    is_falling = len(rates) > 1 and rates[-1] < rates[-2]
    last = base.transform_filter("datum.last").mark_text(
        dy=20 if is_falling else -14,
        align="right",
        dx=8,
        fontSize=15,
        fontWeight=600,
        color=TEAL,
    )
    return line + points + last.encode(text="text:N")


def revenue_layers(records: list[dict[str, Any]], groups: list[str], ticks: dict[int, str]) -> Any:
    """Stacked monthly bars, the first group at the bottom."""
    import altair as alt

    labels = list(dict.fromkeys(record["label"] for record in records))
    words = "{" + ", ".join(f"'{value}': '{text}'" for value, text in ticks.items()) + "}"
    return (
        _chart(records)
        .mark_bar(size=22)
        .encode(
            x=_month_axis(labels),
            y=alt.Y("amount:Q")
            .title(None)
            .axis(values=list(ticks), labelExpr=f"{words}[datum.value]")
            .stack("zero"),
            color=alt.Color("group:N")
            .scale(domain=groups, range=[TEAL, AMBER, GREY][: len(groups)])
            .legend(
                orient="top",
                title=None,
                symbolType="square",
                labelFontSize=14,
                labelLimit=0,
                offset=4,
            ),
            order="order:Q",
        )
    )


def cohort_layers(records: list[dict[str, Any]]) -> Any:
    """A heat map with the number in each cell."""
    import altair as alt

    rows = list(dict.fromkeys(record["cohort"] for record in records))
    base = _chart(records).encode(
        x=alt.X("offset:O")
        .title(_("months after the first order"))
        .axis(orient="top", labelAngle=0),
        y=alt.Y("cohort:N").title(None).sort(rows),
    )
    steps = [float(LARGEST_HEAT) * step / len(HEAT) for step in range(1, len(HEAT))]
    colour = alt.Color("rate:Q").scale(type="threshold", domain=steps, range=HEAT).legend(None)
    ink = alt.condition("datum.dark", alt.value("#ffffff"), alt.value(INK))
    return base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(color=colour) + base.mark_text(
        fontSize=12
    ).encode(text="text:N", color=ink)


def _chart(records: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Chart(alt.Data(values=records))  # type: ignore[no-untyped-call]


def _month_axis(labels: list[str]) -> Any:
    import altair as alt

    # Count back from the newest month, so that it always carries its label.
    step = 1 if len(labels) <= 7 else 2 if len(labels) <= 14 else 4
    shown = labels[::-1][::step]
    return alt.X("label:N").title(None).sort(labels).axis(values=shown, labelAngle=0, grid=False)


def money_ticks(largest: float, formats: Formats) -> dict[int, str]:
    """Up to five round amounts from zero, with their labels in the reader's locale.

    Whole numbers, because the label of a tick is looked up by the number as JavaScript writes it.
    """
    raw = max(largest, 4.0) / 4
    unit = 10 ** floor(log10(raw))
    step = ceil(next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= raw))
    values = range(0, max(0, floor(largest)) + 1, step)
    return {value: formats.count_short(Decimal(value)) for value in values}


def png(layers: Any, finding: Finding | None = None, height: int = HEIGHT) -> bytes:
    """Draw layers as PNG, with the finding as title when given.

    Raises:
        ReportError: when the bundled font is absent or damaged; nothing is drawn then.
    """
    import vl_convert

    chart = _styled(layers.properties(height=height), register_for_charts())
    if finding is not None:
        title, subtitle = wrapped(finding.title, 54), wrapped(finding.subtitle, 80)
        chart = chart.properties(
            title={"text": title, "subtitle": subtitle},
            height=height + TITLE_LINE * len(title) + SUBTITLE_LINE * len(subtitle),
        )
    spec = drawable(json.dumps(chart.to_dict(), ensure_ascii=False))
    return _tightened(vl_convert.vegalite_to_png(spec, scale=SCALE))


def _styled(layers: Any, font: str) -> Any:
    """One canvas for every chart: no frame, few lines, words larger than axes."""
    return (
        layers.properties(
            width=WIDTH,
            autosize={"type": "fit", "contains": "padding"},
            background="#ffffff",
            padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
        )
        .configure(font=font)
        .configure_title(
            anchor="start",
            frame="bounds",
            fontSize=17,
            fontWeight=600,
            lineHeight=TITLE_LINE,
            color=INK,
            subtitleFontSize=13,
            subtitleLineHeight=SUBTITLE_LINE,
            subtitleColor=MUTED,
            subtitlePadding=6,
            offset=12,
        )
        .configure_axis(
            domain=False,
            ticks=False,
            gridColor=HAIRLINE,
            labelColor=MUTED,
            labelFontSize=15,
            titleColor=MUTED,
            titleFontSize=12,
            titleFontWeight="normal",
            labelPadding=6,
        )
        .configure_view(stroke=None)
    )


def _tightened(png: bytes) -> bytes:
    """The same picture in a quarter of the bytes: the converter compresses for speed."""
    chunks, position = [], 8
    while position < len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        end = position + 12 + length
        chunks.append((png[position + 4 : position + 8], png[position + 8 : end - 4]))
        position = end
    pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    header = next(body for kind, body in chunks if kind == b"IHDR")
    kept = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 6)), (b"IEND", b"")]
    return png[:8] + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in kept
    )
