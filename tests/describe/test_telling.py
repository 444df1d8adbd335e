"""Columns that name the same thing are told once, and a wide table says what was not looked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command import privsynth

from privsynth.describe import describe, facts
from privsynth.describe.telling import in_groups
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.statistics import Fact


def fact(kind: str, *columns: str, table: str = "t") -> Fact:
    return Fact(kind, table=table, columns=columns, share=1.0, words=f"{kind} of {' '.join(columns)}")


def test_pairs_that_lead_to_each_other_are_one_group_of_their_table_and_kind() -> None:
    pairs = [
        fact("one_to_one", "a", "b"),
        fact("dependency", "a", "x"),
        fact("one_to_one", "c", "d"),
        fact("one_to_one", "b", "c"),
        fact("one_to_one", "p", "q"),
        fact("equal", "p", "q"),
        fact("one_to_one", "a", "z", table="u"),
    ]
    told = in_groups(pairs)
    assert [each.columns for each in told] == [
        ("a", "b", "c", "d"), ("a", "x"), ("p", "q"), ("p", "q"), ("a", "z")
    ]  # fmt: skip
    assert told[0].words.startswith("a, b, c and d name the same thing")
    assert told[1:] == [pairs[1], pairs[4], pairs[5], pairs[6]]


def test_many_names_are_counted() -> None:
    (told,) = in_groups([fact("equal", "c0", f"c{n}") for n in range(1, 20)])
    assert told.words == "c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 8 more are equal in every row"


def test_the_screen_shows_a_group_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 6, 300)
    place = tmp_path / "t.csv"
    rows = (",".join(f"{letter}{'uvwxyz'[code]}" for letter in "abcdefgh") for code in codes)
    place.write_text(",".join(f"k{n}" for n in range(8)) + "\n" + "\n".join(rows) + "\n")
    lines = [line for line in privsynth("inspect", str(place)).stdout.splitlines() if "same thing" in line]
    assert len(lines) == 1
    assert "k0, k1, k2, k3, k4, k5, k6 and k7 name the same thing" in lines[0]


def test_of_many_facts_the_screen_shows_forty() -> None:
    from privsynth.cli.verbs import inspect

    many = [fact("order", f"a{n}", f"b{n}") for n in range(50)]
    lines = list(inspect._facts(many, is_alone=True))
    assert (len(lines), lines[-1]) == (41, "fact: 10 more: --json")


def test_a_table_too_wide_for_all_pairs_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "CROSSED", 3)
    rng = np.random.default_rng(1)
    place = tmp_path / "t.csv"
    rows = (",".join("uvw"[code] for code in rng.integers(0, 3, 5)) for _ in range(200))
    place.write_text("aa,bb,cc,dd,ee\n" + "\n".join(rows) + "\n")
    notes = [note for note in describe(read_files([place], Policy()), Policy()).notes if "never meet" in note]
    assert len(notes) == 1
    assert "5 categories make 10 pairs" in notes[0]
    assert "3 of them, those of the 3 columns" in notes[0]
