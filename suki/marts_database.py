"""The marts of a publication as one DuckDB file, described column by column."""

from __future__ import annotations

from pathlib import Path

from suki.errors import ConfigurationError
from suki.settings import Settings
from suki.storage import write_with


def write_database(settings: Settings, as_of: str, path: Path) -> int:
    """Copy every published table of a business date into a new DuckDB file.

    Tables and columns carry their definition as a comment, so that any client shows it.

    Returns:
        Number of tables.

    Raises:
        ConfigurationError: nothing is published for the date, or the file is there already.
    """
    import duckdb

    folder = settings.published / as_of / "marts"
    if not folder.is_dir():
        raise ConfigurationError(
            f"nothing is published for {as_of}; `suki run --as-of {as_of}` first"
        )
    if path.exists():
        raise ConfigurationError(f"{path} exists and is left as it is; name another file")
    files = sorted(folder.glob("*.parquet"))

    def fill(partial: Path) -> None:
        with duckdb.connect(str(partial)) as connection:
            for file in files:
                connection.read_parquet(str(file)).create(file.stem)
            _describe(connection)

    write_with(path, fill)
    return len(files)


def _describe(connection: object) -> None:
    rows = connection.table("data_dictionary").fetchall()  # type: ignore[attr-defined]
    for _, table, _, column, _, unit, _, definition, grain in rows:
        for what, text in (
            (f'table "{table}"', grain),
            (f'column "{table}"."{column}"', f"{definition} [{unit}]"),
        ):
            quoted = text.replace("'", "''")
            connection.execute(f"comment on {what} is '{quoted}'")  # type: ignore[attr-defined]
