"""What others claim stands beside our number with its rule, and a question without data its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.pages import questions, vendors
from tests.reports.pages.conftest import full_rows
from tests.reports.pages.one_page import page_of, reading_of


@pytest.mark.parametrize("told", ["37.5%", "30.0%", "+7.5", "All of history.", "40 of guests"])
def test_another_system_s_number_stands_beside_ours_with_the_rule(
    told: str, tmp_path: Path
) -> None:
    assert told in page_of(vendors.PAGE, reading_of(tmp_path, full_rows()))


def test_a_question_without_its_data_shows_what_is_missing(tmp_path: Path) -> None:
    page = page_of(questions.PAGE, reading_of(tmp_path, full_rows()))
    assert "needs the feed marketing_spend" in page
    assert "No definition." in page
