from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import typer
from rulebooks import NOTHING, book
from typer.testing import CliRunner

from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.gate.evidence.rules import rules_kept
from privsynth.generate.rules import Rules
from privsynth.generate.rules.mistakes.found import examined
from privsynth.generate.rules.telling.words import told
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source

COLUMNS = """id: {sequence: {}}
kind: {choice: {new: 3, old: 1}, role: quasi}
mail: {person: email, missing: 0.1}
note: {when: kind = 'new', then: {constant: a}, else: {constant: b}}"""


def scenario(words: str) -> str:
    """A book with one scenario; `words` are those of its table."""
    lines = "".join(f"        {line}\n" for line in words.strip("\n").splitlines())
    return book(COLUMNS, rest=f"scenarios:\n  other:\n    about: not as usual\n    tables:\n      t:\n{lines}")


def run(folder: Path, text: str, name: str | None, rows: int | None = None) -> Dataset:
    path = folder / "book.yaml"
    path.write_text(text, encoding="utf-8")
    rules = Rules(RulesOptions(rulebook=path, scenario=name), Policy().limits)
    return rules.fit(Dataset(()), NOTHING, np.random.default_rng(0)).sample(rows, np.random.default_rng(1))


def mistakes(words: str) -> list[str]:
    return [f"{each.message} {each.hint}" for each in examined(scenario(words), "book.yaml").mistakes]


VARIED = "rows: 200\ncolumns:\n  kind: {choice: {new: 0, old: 1}}\n  mail: {missing: 0}\n  note: {constant: c}"


def test_a_scenario_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    usual, other = run(tmp_path, scenario(VARIED), None).root, run(tmp_path, scenario(VARIED), "other").root
    assert (len(usual), len(other)) == (50, 200)
    assert set(usual.frame["kind"]) == {"new", "old"}
    assert set(other.frame["kind"]) == {"old"}
    assert usual.frame["mail"].isna().any()
    assert other.frame["mail"].notna().all()
    assert set(other.frame["note"]) == {"c"}
    assert other["kind"].role == usual["kind"].role
    assert len(run(tmp_path, scenario(VARIED), "other", rows=7).root) == 7


def test_a_book_makes_the_same_rows_with_and_without_scenarios(tmp_path: Path) -> None:
    usual = run(tmp_path, book(COLUMNS), None).root.frame
    assert usual.equals(run(tmp_path, scenario(VARIED), None).root.frame)


def test_the_recipe_names_the_scenario(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(scenario(VARIED), encoding="utf-8")
    rules = Rules(RulesOptions(rulebook=path, scenario="other"), Policy().limits)
    assert rules.fit(Dataset(()), NOTHING, np.random.default_rng(0)).recipe.details["scenario"] == "other"


def test_what_a_scenario_leaves_out_or_loosens_is_told_with_the_rows_that_break_it(tmp_path: Path) -> None:
    expects = "    expect:\n      - a <= 4\n      - b >  4\n      - a + b < 30\n"
    less = "      t: {expect: [{that: b > 4, rate: 0.75}, a + b < 30]}\n"
    columns = "a: {whole: {low: 0, high: 9}}\nb: {whole: {low: 0, high: 9}}"
    text = book(columns, rows=200, rest=f"{expects}scenarios:\n  other:\n    tables:\n{less}")
    usual, other = run(tmp_path, text, None), run(tmp_path, text, "other")
    above = int((other.root.frame["a"] > 4).sum())
    assert above > 50
    assert not usual.notes
    assert other.notes == (
        f"table t: the scenario leaves out expect 1 of the book (book.yaml:10:9): {above} of 200 rows break it",
        "table t: the scenario asks expect 2 of the book (book.yaml:11:9) of only 75 % of the rows:"
        " 50 of 200 rows break it",
    )
    draft = Draft(other, {}, 200)
    source = Source(Dataset(()), Dataset(()), NOTHING)
    found = {each.key: each for each in rules_kept(draft, source, Policy())}
    assert [found[f"rule.expect {at} of the book"].measured for at in (1, 2)] == [above, 50]
    assert all(each.passed for each in found.values())


def test_what_a_scenario_leaves_out_may_not_fit_its_columns_any_more(tmp_path: Path) -> None:
    words = "        columns: {a: {choice: [x, y]}}\n        expect: []\n"
    text = book(
        "a: {whole: {low: 0, high: 9}}",
        rest=f"    expect:\n      - a < 5\nscenarios:\n  other:\n    tables:\n      t:\n{words}",
    )
    assert run(tmp_path, text, "other").notes == (
        "table t: the scenario leaves out expect 1 of the book (book.yaml:9:9),"
        " which cannot be asked of its columns any more",
    )


def test_an_unknown_scenario_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no scenario of this name") as refused:
        run(tmp_path, scenario(VARIED), "othr")
    assert refused.value.hint == "did you mean other? there are: other"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "columns:\n  knd: {missing: 0.5}",
            "book.yaml:17:11: scenarios.other.tables.t.columns.knd: the book has no such",
        ),
        (
            "columns:\n  kind: {missing: 2}",
            "book.yaml:17:11: scenarios.other.tables.t.columns.kind: missing is a share",
        ),
        ("columns:\n  mail: {missing: nobody}", "book.yaml:17:18: scenarios.other.tables.t.columns.mail.missing: "),
        ("columns:\n  kind: {choise: [a]}", "book.yaml:17:18: scenarios.other.tables.t.columns.kind.choise: this word"),
        ("columns:\n  kind: {whole: {low: 3, high: 1}}", "book.yaml:17:18: scenarios.other.tables.t.columns.kind"),
        ("columns:\n  kind: {choice: [1, 2]}", "in scenario other: "),
        ("row: 3", "book.yaml:16:9: scenarios.other.tables.t.row: this word is not known here"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_with_its_place(words: str, said: str) -> None:
    assert said in mistakes(words)[0]


def test_an_unknown_table_of_a_scenario_is_refused() -> None:
    text = scenario(VARIED).replace("      t:\n        rows", "      tt:\n        rows")
    (mistake,) = examined(text, "book.yaml").mistakes
    assert "book.yaml:15:7: scenarios.other.tables.tt: the book has no such table" in mistake.message


def test_mistakes_of_several_scenarios_are_told_at_once() -> None:
    text = scenario("rows: -1") + "  third: {tables: {t: {columns: {nobody: {missing: 0}}}}}\n"
    assert [each.path[1] for each in examined(text, "book.yaml").mistakes] == ["other", "third"]


def test_the_book_is_explained_with_what_each_scenario_changes() -> None:
    (found,) = told(examined(scenario(VARIED), "book.yaml")).scenarios
    assert (found.name, found.about) == ("other", "not as usual")
    assert found.changes == (
        "t: 200 rows",
        "t.kind: one of 2: new 0 %, old 100 %",
        "t.mail: email of an invented person",
        "t.note: always c",
    )


def test_scenarios_of_too_many_columns_are_refused() -> None:
    many = "".join(f"      c{at}: {{constant: 1}}\n" for at in range(400))
    wide = book("id: {sequence: {}}") + many
    named = "".join(f"  s{at}: {{tables: {{t: {{rows: 1}}}}}}\n" for at in range(13))
    (mistake,) = examined(f"{wide}scenarios:\n{named}", "book.yaml").mistakes
    assert "5,213 columns" in mistake.message


README = (Path(__file__).parents[3] / "rules" / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"## Scenarios.*?```yaml\n(.*?)```", README, re.DOTALL)


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    assert EXAMPLE
    crowd = run(tmp_path, EXAMPLE[1], "crowd")
    assert len(crowd["people"]) == len(crowd["visits"]) == 1_000
    assert {"people", "visits"} == set(run(tmp_path, EXAMPLE[1], "ends")["edges"].frame["table"])
    assert "21 of 21 pairs" in run(tmp_path, EXAMPLE[1], "combined").notes[-1]
    assert set(run(tmp_path, EXAMPLE[1], "wrong")["errors"].frame["error"]) == {"breaks expect 1"}


def test_a_scenario_is_refused_where_no_rulebook_is_read(tmp_path: Path) -> None:
    from privsynth.cli.verbs.run import run as verb

    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    app = typer.Typer()
    app.command()(verb)
    asked = [str(tmp_path / "t.csv"), "--out", str(tmp_path / "out"), "--scenario", "other"]
    for more in ([], ["--backend", "mask"]):
        refused = CliRunner().invoke(app, asked + more).exception
        assert isinstance(refused, PolicyError)
        assert "--scenario is for a rulebook" in str(refused)


def test_the_coverage_is_printed_by_a_run(tmp_path: Path) -> None:
    from privsynth.cli.verbs.run import run as verb

    assert EXAMPLE
    (tmp_path / "book.yaml").write_text(EXAMPLE[1], encoding="utf-8")
    app = typer.Typer()
    app.command()(verb)
    asked = [str(tmp_path / "book.yaml"), "--out", str(tmp_path / "out"), "--scenario", "combined"]
    shown = " ".join(CliRunner().invoke(app, asked).output.split())
    assert "21 of 21 pairs of levels of kind, channel, news are covered" in shown
