"""Rules of the policy on their tables, and mistakes in them with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe import describe
from privsynth.errors import PolicyError
from privsynth.policy import Policy, load_policy

DATA = Dataset(
    (
        Table(
            "stay",
            (Column("nights", Kind.INTEGER), Column("ward", Kind.CATEGORY)),
            frame(nights=[1, 2, None], ward=["a", "b", None]),
        ),
    )
)


def ruled(*rules: dict[str, str]) -> Dataset:
    return describe(DATA, Policy(tables={"stay": {"rules": list(rules)}}))


def test_rules_stand_on_their_table() -> None:
    rules = ruled({"name": "some", "expect": "nights >= 0"})["stay"].rules
    assert [(rule.name, rule.expect) for rule in rules] == [("some", "nights >= 0")]
    assert "nights" not in repr(rules)
    assert describe(DATA, Policy())["stay"].rules == ()


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("night >= 0", "there is no such column"),
        ("ward > 5", "types in an expression do not fit"),
        ("nights + 1", "true or false"),
        ("1 = 1", "names no column"),
    ],
)
def test_a_rule_that_does_not_fit_the_columns_is_refused_by_name(expect: str, words: str) -> None:
    with pytest.raises(PolicyError, match=f"rule 'odd'.*{words}"):
        ruled({"name": "odd", "expect": expect})


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyError, match="2 rules have the name 'x'"):
        ruled({"name": "x", "expect": "nights >= 0"}, {"name": "x", "expect": "nights < 99"})


def test_the_place_in_the_policy_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\ntables:\n  stay:\n    rules:\n      - name: odd\n        expect: night >= 0\n")
    with pytest.raises(PolicyError, match=r"policy\.yaml:5:9 tables\.stay\.rules: rule 'odd'") as error:
        describe(DATA, load_policy(file, {}))
    assert "did you mean 'nights'?" in str(error.value)
