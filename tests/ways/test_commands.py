"""A way out is printed as what was typed, with what has to change; what is printed can be pasted."""

from __future__ import annotations

import shlex

import pytest

from privsynth.cli.advice import command
from privsynth.cli.changes import assignments
from privsynth.policy import Policy, load_policy
from privsynth.policy_places import name_of, path_of
from privsynth.way_out import Change, WayOut

LEAF = Change(("backend", "min_leaf"), 60)
ODD = ("tables", "my.table", "columns", 'the "a=b" col', "role")


def way(*changes: Change) -> WayOut:
    return WayOut(kind="backend" if changes[0].path == ("backend",) else "leaf", changes=changes, why="", costs="")


@pytest.mark.parametrize(
    ("typed", "changes", "printed"),
    [
        ("run a.csv --out o", [LEAF], "run a.csv --out o --set backend.min_leaf=60"),
        (
            "run a.csv --set backend.min_leaf=40 --out o --set limits.k=9",
            [LEAF],
            "run a.csv --out o --set limits.k=9 --set backend.min_leaf=60",
        ),
        ("run a.csv --set=backend.min_leaf=40 --out o", [LEAF], "run a.csv --out o --set backend.min_leaf=60"),
        ("run a.csv -n 500 --out o", [Change(("rows",), 200)], "run a.csv --out o --rows 200"),
        ("run a.csv -n500 --out o", [Change(("rows",), 200)], "run a.csv --out o --rows 200"),
        ("run a.csv --rows=500 --out o", [Change(("rows",), None)], "run a.csv --out o"),
        ("run a.csv -c p.yaml --out o", [Change(("rows",), None)], "run a.csv -c p.yaml --out o --set rows=null"),
        ("run a.csv --drop x --out o", [Change(("drop",), ["x", "a b"])], "run a.csv --out o --drop x --drop 'a b'"),
        (
            "run a.csv -b model --model-engine trees --set backend.min_leaf=9 --where 'a > 1' --out o",
            [Change(("backend",), "mask")],
            "run a.csv --out o --backend mask",
        ),
        (
            "mask a.csv -c p.yaml --key-file k --report-dir r",
            [Change(("backend",), "model")],
            "run a.csv -c p.yaml --out out --backend model",
        ),
        ("mask a.csv --out o", [Change(("backend", "k"), 9)], "mask a.csv --out o --set backend.k=9"),
        ("sample m --out o -n 500", [Change(("rows",), 200)], "sample m --out o --rows 200"),
        ("run 'my file.csv' --out o -q", [LEAF], "run 'my file.csv' --out o -q --set backend.min_leaf=60"),
    ],
)
def test_a_command_is_what_was_typed_with_what_changes(typed: str, changes: list[Change], printed: str) -> None:
    assert command(shlex.split(typed), way(*changes)) == f"privsynth {printed}"


def test_a_kept_model_is_fitted_anew_for_all_but_its_rows() -> None:
    assert command(["sample", "m", "--out", "o"], way(LEAF)) == (
        "fit the model anew with --set backend.min_leaf=60, and draw again"
    )


def test_a_name_with_marks_is_quoted_so_that_it_is_read_back() -> None:
    assert path_of(name_of(ODD)) == ODD
    words = shlex.split(command(["run"], way(Change(ODD, "direct"))))
    policy = load_policy(None, assignments([words[words.index("--set") + 1]]))
    assert policy.tables["my.table"].columns['the "a=b" col'].role == "direct"


@pytest.mark.parametrize("name", ["a.b", 'a"b', "", "a b", "=", '"', "..", "ä.ß"])
def test_any_name_survives_being_dotted(name: str) -> None:
    assert path_of(name_of(["tables", name, "role"])) == ("tables", name, "role")


def test_what_a_way_changes_is_what_its_command_says() -> None:
    policy = Policy(backend="model", rows=500)
    changes = (LEAF, Change(("drop",), ["x"]), Change(ODD, "direct"), Change(("rows",), 200))
    words = shlex.split(command(["run"], way(*changes)))[2:]
    said = assignments([words[at + 1] for at, word in enumerate(words) if word == "--set"])
    typed = load_policy(None, {"backend": "model", "drop": ["x"], "rows": 200} | said)
    assert typed.model_dump() == way(*changes).applied(policy).model_dump()
