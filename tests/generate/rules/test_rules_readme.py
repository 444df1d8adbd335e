"""rules/README.md says what there is, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from rulebooks import made

from privsynth.expressions.grammar import FUNCTIONS
from privsynth.generate.rules.values.folk import PARTS
from privsynth.generate.rules.vocabulary.relations import Deal, RefersTo, Total
from privsynth.generate.rules.vocabulary.rulebook import (
    GENERATORS,
    BelongsTo,
    ColumnRule,
    Draw,
    PersonPart,
    Rulebook,
    TableRule,
)

README = (Path(__file__).parents[3] / "rules" / "README.md").read_text(encoding="utf-8")


def test_the_first_example_runs(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example
    assert len(made(tmp_path, example[1]).root) == 100


def test_every_way_to_make_a_column_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert [word for word in listed if word in GENERATORS] == sorted(GENERATORS, key=listed.index)
    assert set(GENERATORS) <= set(listed)


def test_every_word_is_explained() -> None:
    for model in (Rulebook, TableRule, BelongsTo, RefersTo, Total, Deal, ColumnRule, Draw):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}" in README, f"{name} is not explained"
    for part in get_args(PersonPart):
        assert f"`{part}`" in README
    assert set(PARTS) == set(get_args(PersonPart))


def test_every_function_is_listed_and_no_other() -> None:
    listed = " ".join(line[2:] for line in README.splitlines() if line.startswith("> ")).split()
    assert sorted(listed) == sorted(FUNCTIONS)
