from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import book, frame_of, made

from privsynth.errors import PolicyError

COLUMNS = """n: {choice: [1234567, null]}
m: {constant: 1234.5}
d: {constant: 2024-03-09}
t: {constant: Zoe}
odd name: {constant: "{t}"}
"""


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Dear {t}, {d:%d %B %Y}", "Dear Zoe, 09 March 2024"),
        ("{d} {m} {m:,.2f} {m:09.1f}", "2024-03-09 1234.5 1,234.50 0001234.5"),
        ("{{{t:.1}}}", "{Z}"),
        ("{odd name}!", "{t}!"),
        ("no column at all", "no column at all"),
    ],
)
def test_a_template_is_filled_from_the_row(tmp_path: Path, template: str, text: str) -> None:
    assert set(frame_of(tmp_path, f"{COLUMNS}x: {{template: '{template}'}}", 20)["x"]) == {text}


def test_a_text_is_missing_where_one_of_its_columns_is(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, f"{COLUMNS}x: {{template: '{{t}}-{{n:,d}}'}}", 60)
    assert set(frame.loc[frame["n"].notna(), "x"]) == {"Zoe-1,234,567"}
    assert frame.loc[frame["n"].isna(), "x"].isna().all()


def test_templates_may_be_a_part_of_a_way(tmp_path: Path) -> None:
    rule = "x: {when: n IS NULL, then: {constant: none}, else: {template: 'no {n}'}}"
    assert set(frame_of(tmp_path, COLUMNS + rule, 60)["x"]) == {"none", "no 1234567"}


def test_what_is_put_together_of_invented_parts_is_invented_unless_a_part_was_read(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("town\nA\nB\n")
    columns = (
        "name: {person: name}\nlevel: {choice: [a, b]}\ntown: {lookup: {file: l.csv, column: town}}\n"
        "x: {template: '{name} {level}'}\ny: {template: '{name} {town}'}\nz: {sql: upper(y) || name}\n"
        "u: {template: '{level}'}"
    )
    described = made(tmp_path, book(columns)).tables[0]
    assert [described[name].fabricated for name in "xyzu"] == [True, False, False, False]


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{t.__class__}", "there is no such column"),
        ("{t[0]}", "there is no such column"),
        ("{0}", "there is no such column"),
        ("{}", "between braces stands the name"),
        ("{t!r}", "between braces stands the name"),
        ("{m:{m}}", "between braces stands the name"),
        ("{t", "a brace is opened and not closed"),
        ("t}", "a brace is opened and not closed"),
        ("{m:>9999999}", "this format of m is not known for number"),
        ("{m:d}", "this format of m is not known for number"),
        ("{n:.999f}", "this format of n is not known for integer"),
        ("{d:%c}", "this format of d is not known for date"),
        ("{t:>50}", "this format of t is not known for text"),
        ("{x}", "need each other in a circle"),
    ],
)
def test_nothing_but_columns_and_plain_formats_stands_between_braces(
    tmp_path: Path, template: str, problem: str
) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, f"{COLUMNS}x: {{template: '{template}'}}", 20)
    assert error.value.message.startswith("book.yaml:12:")
