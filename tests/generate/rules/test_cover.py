"""`cover`: every pair, or every three, of levels in few rows."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pandas as pd
import pytest
from rulebooks import book, made

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.scenarios.cover import covering

LEVELS = {"browser": ["a", "b", "c"], "system": ["x", "y", "z"], "plan": [1, 2, 3], "paid": ["no", "yes"]}
COLUMNS = (
    "\n".join(f"{name}: {{choice: {levels}}}" for name, levels in LEVELS.items())
    .replace("'no'", '"no"')
    .replace("'yes'", '"yes"')
)

OTHERS = """number: {uniform: {low: 0, high: 1}}
follower: {when: number > 0.5, then: {choice: [p, q]}, else: {constant: r}}"""


def covered(folder: Path, *, rows: int, ways: int = 2, rest: str = "") -> tuple[pd.DataFrame, str]:
    """The rows, and what is told of their coverage."""
    words = f"    cover: {{columns: [{', '.join(LEVELS)}], ways: {ways}}}\n"
    data = made(folder, book(COLUMNS, rows=rows, rest=words + rest))
    (note,) = [note for note in data.notes if "are covered" in note]
    return data.root.frame, note


def missing(frame: pd.DataFrame, ways: int) -> int:
    """Combinations of levels that stand in no row."""
    return sum(
        prod not in set(frame[list(names)].itertuples(index=False, name=None))
        for names in combinations(LEVELS, ways)
        for prod in product(*(LEVELS[name] for name in names))
    )


@pytest.mark.parametrize(("ways", "rows"), [(2, 11), (3, 32)])
def test_every_combination_stands_in_some_of_few_rows(tmp_path: Path, ways: int, rows: int) -> None:
    frame, note = covered(tmp_path, rows=rows, ways=ways)
    assert missing(frame, ways) == 0
    assert "(100.0 %)" in note
    assert int(note.rpartition("for which ")[2].split()[0]) <= rows


def test_combinations_that_an_expectation_forbids_are_left_out_and_counted(tmp_path: Path) -> None:
    rest = "    expect:\n      - NOT (browser = 'a' AND system = 'y')\n      - plan > 1 OR paid = 'no'\n"
    frame, note = covered(tmp_path, rows=14, rest=rest)
    assert missing(frame, 2) == 2
    assert "43 of 43 pairs" in note
    assert "2 pairs are forbidden" in note
    assert not ((frame["browser"] == "a") & (frame["system"] == "y")).any()


def test_a_pair_that_three_columns_forbid_together_is_found() -> None:
    """Where a is 0, b follows from it, and from b follows c: so the pair of a 0 and c 1 has no row."""
    from privsynth.generate.rules.scenarios.cover import Forbidden

    rules = [Forbidden((0, 1), frozenset({(0, 1)})), Forbidden((1, 2), frozenset({(0, 1)}))]
    found = covering([2, 2, 2], 2, rules)
    assert found.forbidden == {((0, 0), (1, 1)), ((1, 0), (2, 1)), ((0, 0), (2, 1))}
    assert all(not rule.forbids(dict(enumerate(row))) for row in found.rows for rule in rules)


def test_what_other_columns_forbid_shows_in_the_coverage(tmp_path: Path) -> None:
    columns = f"{COLUMNS}\nsize: {{whole: {{low: 1, high: 9}}}}"
    text = book(
        columns,
        rows=12,
        rest="    cover: {columns: [browser, paid]}\n    expect:\n      - browser <> 'c' OR size > 9\n",
    )
    (note,) = [note for note in made(tmp_path, text).notes if "are covered" in note]
    assert "4 of 6 pairs" in note


def test_a_column_that_follows_another_keeps_to_its_way(tmp_path: Path) -> None:
    follows = "state: {by: browser, of: {a: {constant: s1}, b: {constant: s2}}, else: {choice: [s1, s2]}}"
    data = made(tmp_path, book(f"{COLUMNS}\n{follows}", rows=12, rest="    cover: {columns: [browser, state, paid]}\n"))
    frame = data.root.frame
    assert set(frame.loc[frame["browser"] == "a", "state"]) == {"s1"}
    assert "14 of 14 pairs" in data.notes[-1]
    assert "2 pairs are forbidden" in data.notes[-1]


def test_too_few_rows_are_refused_before_the_first(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"to cover browser, system, plan, paid takes \d+ rows; it has 5"):
        covered(tmp_path, rows=5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{columns: [browser, nobody]}", "cover.columns.1: there is no such column"),
        ("{columns: [browser, number]}", "column number is no choice between levels"),
        ("{columns: [follower, system]}", "column follower follows number"),
        ("{columns: [browser, system], ways: 3}", "are at least 3"),
        ("{columns: [browser, system], ways: 4}", "cover.ways"),
    ],
)
def test_columns_that_cannot_be_covered_are_refused(tmp_path: Path, words: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        made(tmp_path, book(f"{COLUMNS}\n{OTHERS}", rest=f"    cover: {words}\n"))
