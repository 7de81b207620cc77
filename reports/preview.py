"""`python -m reports.preview RUN_FOLDER OUT_DIR`: a run's mails as pages a browser can open.

A browser then takes the pictures for the README, for example:
`chromium --headless=new --window-size=360,3400 --screenshot=mail-phone.png OUT_DIR/kpi.html`
"""

from __future__ import annotations

import sys
from pathlib import Path

from reports.render import standalone_html
from reports.tables import ReportError


def write_previews(run_folder: Path, out_folder: Path) -> list[Path]:
    """Write one standalone HTML page for each mail kept in the run's `reports/` folder.

    Raises:
        ReportError: when the run has no rendered mail.
    """
    pages = sorted((run_folder / "reports").glob("*.html"))
    if not pages:
        raise ReportError(f"{run_folder / 'reports'} holds no mail: run `suki report` first")
    out_folder.mkdir(parents=True, exist_ok=True)
    written = []
    for page in pages:
        pictures = sorted(page.with_suffix(".images").glob("*.png"))
        images = {picture.stem: picture.read_bytes() for picture in pictures}
        path = out_folder / page.name
        path.write_text(standalone_html(page.read_text(encoding="utf-8"), images), "utf-8")
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    """Command line of this module; 2 for wrong usage, 1 when there is nothing to show."""
    if len(arguments) != 2:
        print("usage: python -m reports.preview RUN_FOLDER OUT_DIR", file=sys.stderr)
        return 2
    try:
        for path in write_previews(Path(arguments[0]), Path(arguments[1])):
            print(path)
    except ReportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
