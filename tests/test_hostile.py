"""Policies and rulebooks that are made to hang or to break: each ends soon, in a word that says where."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from privsynth.errors import PolicyError
from privsynth.plainyaml import MAX_DEPTH, MAX_NUMBER, parse_yaml
from privsynth.policy import Policy, load_policy

DEEP = {
    "brackets": "a: " + "[" * 100_000,
    "braces": "{" * 100_000,
    "both": "[{" * 50_000,
    "closed brackets": "a: " + "[" * 50_000 + "]" * 50_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "steps": "\n".join(" " * depth + "a:" for depth in range(1_000)),
}
DIGITS = {
    "a number": "seed: " + "9" * 900_000,
    "a negative one": "seed: -" + "9" * 900_000,
    "a fraction": "holdout: 0." + "9" * 900_000,
    "hex": "seed: 0x" + "f" * 900_000,
    "octal": "seed: 0o" + "7" * 900_000,
    "underscores": "seed: " + "1_" * 400_000,
    "sexagesimal": "seed: " + "1:" * 400_000 + "1",
    "an exponent": "seed: 1e" + "9" * 900_000,
}
UNFIT = {
    "no day": "seed: 2001-99-99",
    "no zone": "seed: 2001-12-14t21:59:43.10-99:99",
    "no integer": "seed: !!int abc",
    "no float": "seed: !!float abc",
    "no truth": "seed: !!bool abc",
    "an object": "!!python/object:os.system x",
    "a list as a name": "[1]: x",
    "a mapping as a name": "? {a: b}\n: c",
    "a merge of nothing": "<<: 3",
    "nul": "a: \0",
    "no text": "a: \ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((text, f"more than {MAX_DEPTH} deep") for text in DEEP.values()),
        *((text, f"more than {MAX_NUMBER} characters") for text in DIGITS.values()),
        *((text, "policy.yaml") for text in UNFIT.values()),
        ("a: [" + "1," * 300_000 + "1]", "more than 200,000 names"),
    ],
    ids=[*DEEP, *DIGITS, *UNFIT, "wide"],
)
def test_a_hostile_policy_ends_soon_in_a_word(tmp_path: Path, text: str, says: str) -> None:
    file, begun = tmp_path / "policy.yaml", time.process_time()
    file.write_text(text)
    with pytest.raises(PolicyError, match=r"policy\.yaml|policy cannot be used") as caught:
        load_policy(file, {})
    assert says in str(caught.value) or "policy cannot be used" in str(caught.value)
    assert len(str(caught.value)) < 1_000
    assert time.process_time() - begun < 15


def test_a_policy_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(PolicyError, match="larger than"):
        load_policy(Path("/dev/zero"), {})


def test_what_is_as_deep_and_long_as_allowed_is_read() -> None:
    deep = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse_yaml(f"a: {deep}\nb: {'9' * MAX_NUMBER}\nc: '{'9' * 5_000}'", "x")["b"] == int("9" * MAX_NUMBER)


def test_many_wrong_names_are_told_in_part() -> None:
    with pytest.raises(PolicyError, match="and 5 more") as caught:
        Policy(**{f"wrong{number}": 1 for number in range(25)})
    assert len(str(caught.value)) < 5_000


@pytest.mark.parametrize(("name", "near"), [("suppress_maxx", "suppress_max"), ("max_shift_dayz", "max_shift_days")])
def test_the_options_of_every_backend_are_known_to_the_spelling_aid(name: str, near: str) -> None:
    with pytest.raises(PolicyError, match=near):
        Policy(backend={"kind": "mask" if "supp" in name else "clone", name: 1})
