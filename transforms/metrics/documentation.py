"""docs/metrics.md: every metric in words, and what each source can answer.

Rendered from the registry, never edited; a test refuses a file that differs. Refresh it with
`python -m transforms.metrics.documentation`.
"""

from __future__ import annotations

from pathlib import Path

from transforms.metrics.availability import Verdict, load_catalogue, of_sources
from transforms.metrics.registry import Metric, load_registry
from transforms.readers.definitions import load_definitions
from transforms.sources import SourceDefinition

DOCUMENT = Path("docs/metrics.md")
EXAMPLES = Path("config/sources/examples")
MARKS = {"exact": "exact", "approximate": "approx.", "unavailable": "–"}
#: Sources that stand side by side, each with what its shop platform exports along with orders.
COLUMNS: dict[str, tuple[str, ...]] = {
    "Shopify": ("shopify_orders", "shopify_customers"),
    "WooCommerce, AlgolPlus": ("woocommerce_algolplus", "woocommerce_customers"),
    "WooCommerce, WebToffee": ("woocommerce_webtoffee", "woocommerce_customers"),
    "Online Retail": ("online_retail",),
    "CDNOW": ("cdnow",),
    "Suki's own headers, all feeds": ("generic_*",),
}


def verdicts(project_root: Path) -> dict[str, list[Verdict]]:
    """What the sources of each column can answer, by column."""
    folders = [project_root / EXAMPLES]
    known = {one.source: one for one in load_definitions(folders)}
    return {title: of_sources(_sources(names, known)) for title, names in COLUMNS.items()}


def _sources(names: tuple[str, ...], known: dict[str, SourceDefinition]) -> list[SourceDefinition]:
    if names == ("generic_*",):
        return [one for name, one in known.items() if name.startswith("generic_")]
    return [known[name] for name in names]


def availability_table(project_root: Path) -> str:
    """The table of questions by source, as Markdown."""
    columns = verdicts(project_root)
    lines = [
        "| | question | " + " | ".join(columns) + " |",
        "| --- | --- |" + " --- |" * len(columns),
    ]
    for position, question in enumerate(load_catalogue().questions):
        marks = [MARKS[found[position].availability] for found in columns.values()]
        lines.append(f"| {question.id} | {question.title} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def render_document(project_root: Path) -> str:
    """The whole of docs/metrics.md."""
    return "\n".join(
        [
            "<!-- Rendered by `python -m transforms.metrics.documentation`: edit transforms/metrics. -->",
            "# Metrics",
            "",
            "## What each source can answer",
            "",
            "*exact*: every input is there. *approx.*: something is missing that changes the figure; the reason "
            "is below and in the mart `metric_availability` of every run. –: an input it cannot do without is missing. "
            "Further feeds, such as `tickets` or `marketing_spend`, lift a – whatever the shop's platform is.",
            "",
            availability_table(project_root),
            "## Why not exact",
            "",
            *_reasons(project_root),
            "",
            "## Definitions",
            "",
            "Every value stands in the mart `metric_observation` with its period, numerator, denominator, sample "
            "size, interval and, where it is null, the reason.",
            "",
            *[_definition(metric) for metric in load_registry()],
        ]
    )


def _reasons(project_root: Path) -> list[str]:
    lines = ["| | question | needs | otherwise |", "| --- | --- | --- | --- |"]
    catalogue = load_catalogue()
    for question in catalogue.questions:
        needs = [catalogue.inputs[name].words for name in question.needs]
        if question.history_days:
            needs.append(f"{question.history_days} days of history")
        lesser = [
            f"without {catalogue.inputs[name].words}: {told}"
            for name, told in question.better_with.items()
        ]
        lines.append(
            f"| {question.id} | {question.title} | {'; '.join(needs)} | {'; '.join(lesser)} |"
        )
    return lines


def _definition(metric: Metric) -> str:
    over = f" / {metric.denominator}" if metric.denominator else ""
    tables = ", ".join(f"`{name}`" for name in dict.fromkeys(r.mart for r in metric.readings))
    better = {"up": "higher is better", "down": "lower is better"}.get(
        metric.direction, "neither way is better"
    )
    number = f" ({metric.catalogue})" if metric.catalogue else ""
    return (
        f"- **`{metric.metric}`**{number}, {metric.title}: {metric.definition.strip()} "
        f"*{metric.numerator}{over}*; {metric.unit}, {better}; from {tables}; owner: {metric.owner}."
    )


def write_document(project_root: Path) -> Path:
    """Write docs/metrics.md below `project_root` and return its path."""
    path = project_root / DOCUMENT
    path.write_text(render_document(project_root) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    write_document(Path(__file__).resolve().parents[2])
