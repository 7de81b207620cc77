"""Dots with their 95 % intervals: what was measured, and how sure it is.

A hollow dot is a small sample. Colour repeats what the position says and the words tell.
"""

from __future__ import annotations

from typing import Any

from reports.drawing import GREY, INK, MUTED, TEAL

ROW_HEIGHT = 34


def rows_of_intervals(records: list[dict[str, Any]], axis_title: str) -> Any:
    """One dot and interval per row, around a line at zero; `clear` marks those that exclude it.

    Args:
        records: label, value, low, high, text, clear and few, in the order of the rows.
        axis_title: what the axis measures, and in which unit.
    """
    import altair as alt

    labels = [record["label"] for record in records]
    base = alt.Chart(alt.Data(values=records)).encode(  # type: ignore[no-untyped-call]
        y=alt.Y("label:N").title(None).sort(labels).axis(labelLimit=220)
    )
    colour = alt.condition("datum.clear", alt.value(TEAL), alt.value(GREY))
    zero = (
        alt.Chart(alt.Data(values=[{"at": 0}]))  # type: ignore[no-untyped-call]
        .mark_rule(color=INK, strokeWidth=1)
        .encode(x="at:Q")
    )
    span = base.mark_rule(strokeWidth=4, strokeCap="round").encode(
        x=alt.X("low:Q").title(axis_title).axis(tickCount=5), x2="high:Q", color=colour
    )
    dots = base.mark_point(size=90, filled=True, strokeWidth=2, opacity=1).encode(
        x="value:Q",
        stroke=alt.condition("datum.clear", alt.value(TEAL), alt.value(MUTED)),
        fill=alt.condition("datum.few", alt.value("#ffffff"), alt.value(MUTED)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=axis_title)],
    )
    return zero + span + dots


def months_of_intervals(records: list[dict[str, Any]], ends: tuple[float, float]) -> Any:
    """One dot and interval per month, joined by a thin line, on a fixed scale.

    Args:
        records: label, value, low, high, text and few, oldest first.
        ends: lower and upper end of the scale.
    """
    import altair as alt

    labels = [record["label"] for record in records]
    step = 1 if len(labels) <= 7 else 2 if len(labels) <= 14 else 4
    shown = labels[::-1][::step]
    base = alt.Chart(alt.Data(values=records)).encode(  # type: ignore[no-untyped-call]
        x=alt.X("label:N")
        .title(None)
        .sort(labels)
        .axis(values=shown, labelAngle=0, grid=False, labelOverlap="parity")
    )
    scale = alt.Scale(domain=list(ends), nice=True)
    span = base.mark_rule(strokeWidth=3, strokeCap="round", color=GREY).encode(
        y=alt.Y("low:Q", scale=scale).title(None).axis(tickCount=5), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=1.5, color=TEAL).encode(y=alt.Y("value:Q", scale=scale))
    dots = base.mark_point(size=70, filled=True, strokeWidth=2, stroke=TEAL, opacity=1).encode(
        y=alt.Y("value:Q", scale=scale),
        fill=alt.condition("datum.few", alt.value("#ffffff"), alt.value(TEAL)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title="NPS")],
    )
    return span + line + dots
