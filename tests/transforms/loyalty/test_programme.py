"""loyalty.yml: what is shipped, what its comments promise, and how mistakes are told."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from transforms.loyalty.programme import Programme, load_programme
from transforms.yaml_files import YamlFileError

SHIPPED = Path(__file__).parents[3] / "config" / "loyalty.yml"
ENABLED = "enabled: true\nstarts_on: 2026-01-01\n"


def load(tmp_path: Path, text: str) -> Programme:
    path = tmp_path / "loyalty.yml"
    path.write_text(text, encoding="utf-8")
    return load_programme(path)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(YamlFileError) as error:
        load(tmp_path, text)
    return str(error.value).removeprefix(str(tmp_path / "loyalty.yml"))


def test_nothing_is_in_force_as_shipped_or_without_a_file(tmp_path):
    assert load_programme(SHIPPED) == Programme()
    assert load_programme(None) == Programme()
    assert not load(tmp_path, "# nothing\n").enabled


def test_the_shipped_comments_are_a_programme_once_the_marks_are_taken_off(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    example = text[text.index("# starts_on:") :]
    found = load(tmp_path, "enabled: true\n" + re.sub(r"^# ?", "", example, flags=re.MULTILINE))
    assert found.first_day == date(2026, 1, 1)
    parts = (found.points, found.tiers, found.club, found.cash_back)
    assert None not in parts
    points, tiers, club, cash_back = (part.model_dump() for part in parts if part is not None)
    assert (points["value"], cash_back["share"]) == (Decimal("0.01"), Decimal("0.02"))
    assert [level["name"] for level in tiers["levels"]] == ["Silver", "Gold"]
    assert (club["fee"]["days"], club["invitation"]["occasions"]) == (365, 12)
    assert found.reward_names == ("Spring spree", "Coffee card")
    assert found.partner_perks == ("10 % at the bakery next door",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("enabled: true\npoints: {per_unit: 1}\n",
         ": an enabled programme needs starts_on, the first day that counts"),
        (ENABLED, ": the programme is enabled but gives nothing; add points, tiers, club, cash_back, "
         "spend_programmes or punch_cards, or write enabled: false"),
        (ENABLED + "points: {per_unti: 1}\n",
         ", line 3: unknown key 'points.per_unti'; did you mean 'per_unit'?"),
        (ENABLED + "points: {per_unit: 0}\n",
         ", line 3: points.per_unit: should be greater than 0 (it is 0)"),
        (ENABLED + "punch_cards:\n  - {name: A, stamps: 1, reward: B}\n",
         ", line 4: punch_cards.0.stamps: should be greater than or equal to 2 (it is 1)"),
        (ENABLED + "punch_cards:\n  - {name: A, reward: ' '}\n",
         ", line 4: punch_cards.0.reward: must not be blank"),
        (ENABLED + "tiers:\n  levels:\n    - {name: Gold, net_sales: 300}\n    - {name: Silver, net_sales: 100}\n",
         ", line 4: tiers.levels: Silver (100) must take more net sales than Gold (300); write the lowest tier first"),
        (ENABLED + "club: {name: VIP}\n",
         ", line 3: club: say fee, invitation or both; else nobody can be in the club"),
        (ENABLED + "club: {name: VIP, invitation: {}}\n",
         ", line 3: club.invitation: say net_sales, occasions or both; else everybody is invited"),
        (ENABLED + "punch_cards:\n  - {name: Card, reward: B}\n  - {name: card, reward: C}\n",
         ": the programme 'Card' stands more than once; give each its own name"),
        (ENABLED + "spend_programmes:\n  - {name: A, net_sales: 5, within_days: 3, reward: B, "
         "starts_on: 2026-03-01, ends_on: 2026-02-01}\n",
         ", line 4: spend_programmes.0: A ends on 2026-02-01, before it starts"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path, text, told):
    assert refusal(tmp_path, text) == told
