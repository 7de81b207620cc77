"""The kinds of charts of the site as Altair layers: every mark tells its figures when pointed at.

Numbers are drawn by value and written by the reader's locale: each axis brings its own labels.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import floor, log10
from typing import Any

from reports.drawing import AMBER, GREY, INK, MUTED, TEAL

Records = list[dict[str, Any]]
Ticks = Mapping[float, str]
Tips = Mapping[str, str]  # field -> its title in the tooltip

#: An order of steps, told apart by lightness and dash as well as hue.
STEPS = [AMBER, "#6fb1a9", "#3a8c86", TEAL, INK]
DASHES = [[1, 0], [2, 2], [6, 3], [10, 3], [1, 0]]
BAND = 0.16


def steps(low: float, high: float, write: Callable[[Decimal], str], count: int = 5) -> Ticks:
    """Round numbers that enclose a span, each with its label."""
    span = max(high - low, 1e-9) / count
    unit = Decimal(10) ** floor(log10(span))
    enough = Decimal(str(span)) * Decimal("0.999")
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= enough)
    first = floor(Decimal(str(low)) / step)
    values = [step * (first + index) for index in range(count + 3)]
    last = next(place for place, value in enumerate(values) if value >= Decimal(str(high)))
    return {_plain(value): write(value) for value in values[: last + 1]}


def _plain(value: Decimal) -> float:
    return int(value) if value == value.to_integral_value() else float(value)


def _y(field: str, ticks: Ticks) -> Any:
    import altair as alt

    axis = alt.Axis(values=list(ticks), labelExpr=_label_expression(ticks))
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(domain=_ends(ticks)))


def _x(field: str, ticks: Ticks, title: str | None) -> Any:
    import altair as alt

    axis = alt.Axis(
        values=list(ticks), labelExpr=_label_expression(ticks), grid=False, labelOverlap=True
    )
    scale = alt.Scale(domain=_ends(ticks), nice=False)
    return alt.X(f"{field}:Q", title=title, axis=axis, scale=scale)


def _ends(ticks: Ticks) -> list[float]:
    return [min(ticks), max(ticks)]


def _label_expression(ticks: Ticks) -> str:
    return json.dumps(dict(ticks), ensure_ascii=False) + "[datum.value]"


def _places(labels: Sequence[str], title: str | None = None, angle: int = 0) -> Any:
    """An axis of words in their order; counted back from the last one, so that it is labelled."""
    import altair as alt

    step = 1 if len(labels) <= 7 else 2 if len(labels) <= 14 else -(-len(labels) // 7)
    shown = list(labels)[::-1][::step]
    axis = alt.Axis(
        values=shown, labelAngle=angle, grid=False, labelOverlap=True, labelSeparation=8
    )
    return alt.X("label:N", title=title, sort=list(labels), axis=axis)


def _tips(tips: Tips) -> list[Any]:
    import altair as alt

    return [alt.Tooltip(f"{field}:N", title=title) for field, title in tips.items()]


def _chart(records: Records) -> Any:
    import altair as alt

    return alt.Chart(alt.Data(values=records))  # type: ignore[no-untyped-call]


def rate_trend(records: Records, ticks: Ticks, tips: Tips) -> Any:
    """A rate by month with its interval as a band; hollow points are small samples.

    Records: `label`, `rate`, `low` and `high` (both or neither), `few`, and the fields of `tips`.
    """
    import altair as alt

    base = _chart(records).encode(x=_places([record["label"] for record in records]))
    line = base.mark_line(color=TEAL, strokeWidth=2.5).encode(y=_y("rate", ticks))
    points = base.mark_point(size=46, stroke=TEAL, strokeWidth=2, filled=True, opacity=1).encode(
        y=_y("rate", ticks),
        fill=alt.condition("datum.few", alt.value("#ffffff"), alt.value(TEAL)),
        tooltip=_tips(tips),
    )
    if any(record.get("low") is None for record in records):
        return line + points
    band = base.mark_area(color=TEAL, opacity=BAND).encode(y=_y("low", ticks), y2="high:Q")
    return band + line + points


def curves(
    records: Records,
    groups: Sequence[str],
    ends: tuple[Ticks, Ticks],
    tips: Tips,
    title: str,
) -> Any:
    """Lines over a number such as days, one per group, in the order of the groups.

    Records: `group`, `x`, `y`, and the fields of `tips`; `ends` are the ticks of x and of y.
    """
    import altair as alt

    colours = STEPS[: len(groups)] if len(groups) > 1 else [TEAL]
    base = _chart(records).encode(x=_x("x", ends[0], title), y=_y("y", ends[1]))
    legend = _legend() if len(groups) > 1 else None
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=list(groups), range=colours), legend=legend
    )
    dash = alt.StrokeDash(
        "group:N", scale=alt.Scale(domain=list(groups), range=DASHES[: len(groups)]), legend=legend
    )
    lines = base.mark_line(strokeWidth=2.5, interpolate="step-after").encode(
        color=colour, strokeDash=dash
    )
    # Lines are too thin to point at: larger points, not seen, carry the figures.
    return lines + base.mark_point(size=160, opacity=0).encode(tooltip=_tips(tips))


def curve_with_band(records: Records, x_title: str, ends: tuple[Ticks, Ticks], tips: Tips) -> Any:
    """One line over whole numbers with its interval. Records: `x`, `rate`, `low`, `high`."""
    base = _chart(records).encode(x=_x("x", ends[0], x_title))
    band = base.mark_area(color=TEAL, opacity=BAND).encode(y=_y("low", ends[1]), y2="high:Q")
    line = base.mark_line(color=TEAL, strokeWidth=2.5).encode(y=_y("rate", ends[1]))
    points = base.mark_point(size=46, color=TEAL, filled=True, opacity=1).encode(
        y=_y("rate", ends[1]), tooltip=_tips(tips)
    )
    return band + line + points


def one_among_many(
    records: Records, highlighted: str, x_title: str, ends: tuple[Ticks, Ticks], tips: Tips
) -> Any:
    """Many thin lines and a thick one. Records: `group`, `x`, `y`; the thick group comes last."""
    base = _chart(records).encode(x=_x("x", ends[0], x_title), y=_y("y", ends[1]))
    is_main = f"datum.group === {json.dumps(highlighted)}"
    many = base.transform_filter(f"!({is_main})")
    one = base.transform_filter(is_main)
    return (
        many.mark_line(color=GREY, strokeWidth=1.2).encode(detail="group:N")
        + one.mark_line(color=TEAL, strokeWidth=3)
        + one.mark_point(color=TEAL, filled=True, size=46, opacity=1).encode(tooltip=_tips(tips))
        + many.mark_point(size=90, opacity=0).encode(tooltip=_tips(tips))
    )


def calibration(records: Records, ticks: Ticks, titles: tuple[str, str], tips: Tips) -> Any:
    """Predicted against actual: on the diagonal a prediction came true.

    Records: `predicted`, `actual`, `name` (written beside the point), and the fields of `tips`.
    """
    x, y = _x("predicted", ticks, titles[0]), _y("actual", ticks).title(titles[1])
    diagonal = _chart([{"predicted": end, "actual": end} for end in _ends(ticks)])
    base = _chart(records).encode(x=x, y=y)
    points = base.mark_point(filled=True, size=90, opacity=1, color=TEAL).encode(
        tooltip=_tips(tips)
    )
    names = base.mark_text(align="left", dx=8, dy=-8, fontSize=12, color=MUTED)
    line = diagonal.mark_line(color=MUTED, strokeWidth=1.2, strokeDash=[4, 4])
    return line.encode(x=x, y=y) + points + names.encode(text="name:N")


def columns(records: Records, ticks: Ticks, tips: Tips, title: str | None = None) -> Any:
    """Upright bars in the order of the records. Records: `label`, `amount`, fields of `tips`."""
    base = _chart(records).encode(x=_places([record["label"] for record in records], title))
    return base.mark_bar(color=TEAL, cornerRadiusEnd=2).encode(
        y=_y("amount", ticks), tooltip=_tips(tips)
    )


def stacked(records: Records, groups: Sequence[str], ticks: Ticks, tips: Tips) -> Any:
    """Stacked columns by month, the first group at the bottom: `label`, `group`, `order`, `amount`."""
    import altair as alt

    labels = list(dict.fromkeys(record["label"] for record in records))
    scale = alt.Scale(domain=list(groups), range=[TEAL, AMBER, GREY][: len(groups)])
    axis = alt.Axis(values=list(ticks), labelExpr=_label_expression(ticks))
    return (
        _chart(records)
        .mark_bar()
        .encode(
            x=_places(labels),
            y=alt.Y("amount:Q", title=None, axis=axis, stack="zero"),
            color=alt.Color("group:N", scale=scale, legend=_legend()),
            order="order:Q",
            tooltip=_tips(tips),
        )
    )


def _legend() -> Any:
    import altair as alt

    # How many stand in a row is the page's to say: it knows its width.
    return alt.Legend(orient="top", title=None, labelLimit=0, offset=4, direction="horizontal")
