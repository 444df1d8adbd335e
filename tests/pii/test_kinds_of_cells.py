"""Many cells at once come to the same kinds as each by itself."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from privsynth.pii.cells import MANY, count_held, kinds_of_cells
from privsynth.pii.entities import Entity, entities
from privsynth.pii.forms import find_form_in_cell
from privsynth.pii.shapes import have_no_blank

OTHERS = [
    *("plain", "two words", "C000001", "4f1c2a9e-8b7d-4c3e-9a1b-2c3d4e5f6a7b", "12:30:45", "3.14", "2024-02-30", ""),
    *("José@example.com", "٤١١١١١١١١١١١١١١١", "4111111111111111", "4111111111111112", "12\x0b34", "9-9-9", "a.b.co"),
]


def one_by_one(cells: list[str], named: list[Entity]) -> dict[str, list[str]]:
    kinds = defaultdict(list)
    for cell in cells:
        kind = find_form_in_cell(cell) or next((entity.name for entity in named if entity.holds(cell)), None)
        if kind is not None:
            kinds[kind].append(cell)
    return kinds


def in_order(kinds: dict[str, list[str]]) -> dict[str, list[str]]:
    return {kind: sorted(cells) for kind, cells in kinds.items()}


def spoilt(cell: str, rng: np.random.Generator) -> str:
    """The cell with one character that is another, or none."""
    at = int(rng.integers(len(cell)))
    return cell[:at] + str(rng.choice([*"0a9Z -.:@/", ""])) + cell[at + 1 :]


@pytest.mark.parametrize("named", [[], ["UK_NHS", "US_SSN"]])
def test_the_same_kinds_as_cell_by_cell(named: list[str]) -> None:
    rng = np.random.default_rng(5)
    canaries = [entity.canary for entity in entities().values() if entity.canary]
    cells = [*canaries, *OTHERS, *(spoilt(cell, rng) for cell in canaries * 20)]
    kinds = [entities()[name] for name in named]
    found = kinds_of_cells(cells, kinds)
    assert len(cells) >= MANY
    assert in_order(found) == in_order(one_by_one(cells, kinds))
    assert len(found) > 25


def test_few_cells_are_of_the_kinds_of_many() -> None:
    cells = [*(entity.canary for entity in entities().values() if entity.canary), *OTHERS]
    assert in_order(kinds_of_cells(cells)) == in_order(kinds_of_cells([*cells, *["none"] * MANY]))


def test_nothing_is_of_no_kind() -> None:
    assert kinds_of_cells([]) == {}


def test_as_many_hold_as_one_by_one() -> None:
    cells = [*(entity.canary for entity in entities().values()), *OTHERS]
    for name in ("UUID", "EMAIL", "CREDIT_CARD", "IPV6", "UK_NINO"):
        assert count_held(entities()[name], cells) == sum(map(entities()[name].holds, cells)) > 0


@pytest.mark.parametrize(
    ("cells", "none"),
    [
        (["a", "b-1", ""], True),
        (["a b"], False),
        (["a\n"], False),
        ([], True),
        (["é"], True),
        (["é "], False),
        (["\x7f"], False),
    ],
)
def test_blanks_are_seen_in_all_cells_at_once(cells: list[str], none: bool) -> None:
    assert have_no_blank("".join(cells)) is none
