"""What is decided on little evidence is asked, with the lines that answer it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import describe
from privsynth.describe.plan import plan_text
from privsynth.describe.questions import questions
from privsynth.policy import Policy


def letters(number: int) -> str:
    return chr(97 + number % 26) + chr(97 + number // 26)


def sales(name: str = "sales", *columns: str) -> Dataset:
    """60 strings of which nothing is known, under each name; and two levels."""
    words = pd.Series([f"wuff {letters(n)}" for n in range(60)], dtype=object)
    frame = pd.DataFrame({**dict.fromkeys(columns or ("mystery",), words), "kind": ["a", "b"] * 30})
    return Dataset((Table(name, tuple(Column(c, Kind.TEXT) for c in frame), frame.astype(object)),))


def asked(data: Dataset, policy: Policy | None = None) -> list[str]:
    described = describe(data, policy or Policy())
    found = questions(described, policy or Policy())
    assert set(found) <= set(described.notes)
    return found


def test_what_nobody_knows_is_asked_with_the_line_that_declares_it() -> None:
    """As a plain column it would come out empty: each value is there once. The answer that is offered leaves it out."""
    (question,) = asked(sales())
    assert question.startswith("sales: nobody knows what mystery holds")
    assert question.endswith("As plain it would come out empty: nearly none of its values is shared by 10 people")
    assert "--set tables.sales.columns.mystery.role=drop" in question
    assert "role=plain" not in question
    assert "wuff" not in question


def test_what_would_come_out_of_a_plain_column_is_counted() -> None:
    """30 rows share one value and 30 have one each: half of the rows would stay without."""
    data = shared_by_half(sales())
    (question,) = asked(data, Policy(profile="gdpr-strict"))
    assert "If values may come out that at least 11 people share, and 50% of the rows stay without one" in question
    assert "--set tables.sales.columns.mystery.role=plain" in question


def test_masked_values_need_as_many_people_as_the_limit_says_and_learnt_ones_at_least_ten() -> None:
    learnt, masked = (
        asked(sales(), Policy(profile="internal", backend={"kind": kind}))[0] for kind in ("model", "mask")
    )
    assert "shared by 10 people" in learnt
    assert "shared by 3 people" in masked


def shared_by_half(data: Dataset) -> Dataset:
    (table,) = data
    frame = table.frame.assign(mystery=table.frame["mystery"].where(table.frame.index >= 30, "wuff wuff"))
    return data.replace_tables(replace(table, frame=frame))


def test_the_lines_are_such_as_the_policy_reads() -> None:
    """All answers end the question, and do what they say."""
    for role in ("plain", "direct", "drop"):
        policy = Policy(tables={"sales": {"columns": {"mystery": {"role": role}}}})
        assert asked(sales(), policy) == []
        assert describe(sales(), policy)["sales"]["mystery"].role is (Role.DIRECT if role == "drop" else Role(role))


def test_several_columns_of_a_table_are_one_question_with_one_line_for_all() -> None:
    (question,) = asked(sales("sales", "one", "the other"))
    assert "nobody knows what one, the other hold" in question
    assert 'tables: { sales: { columns: { one: { role: drop }, "the other": { role: drop } } } }' in question


def test_a_name_with_a_dot_is_not_set_by_a_dotted_path() -> None:
    (question,) = asked(sales("sales", "a.b"))
    assert "--set" not in question
    assert '"a.b": { role: drop }' in question


def test_many_unknown_columns_are_still_one_line() -> None:
    (question,) = asked(sales("sales", *(f"c{n}x" for n in range(40))))
    assert "c11x ..." in question
    assert "c12x" not in question


def test_a_key_by_its_look_alone_is_asked_too() -> None:
    """Codes that are each there once may be keys, and may be what somebody needs."""
    codes = pd.Series([f"{letters(n)}{n}" for n in range(60)], dtype=object)
    data = Dataset((Table("t", (Column("c1", Kind.TEXT),), pd.DataFrame({"c1": codes})),))
    (question,) = asked(data)
    assert question.startswith("t: c1 was taken for identifier: ")
    assert (
        "If that is right, say role: identifier; if not, leave it out: --set tables.t.columns.c1.role=drop" in question
    )


def test_the_plan_leaves_open_what_is_in_doubt_so_that_the_question_stays() -> None:
    text = plan_text(describe(sales(), Policy()), (), Policy())
    (line,) = [line for line in text.splitlines() if "mystery" in line]
    assert "mystery: { kind: text }" in line
    assert "Say role: direct, or role: plain" in line


def test_codes_that_come_back_are_asked_where_nobody_knows_whose_the_rows_are() -> None:
    codes = [f"max.voss{number}" for number in range(30)]
    found = asked(table_of(contact=codes * 40, kind=["buy", "sell", "fee"] * 400))
    assert any("contact holds codes that come back" in one and "person: contact" in one for one in found)
    uneven = [code for number, code in enumerate(codes) for _ in range(1200 // (number + 1) ** 2 + 3)]
    assert not any("come back" in one for one in asked(table_of(product=uneven)))


def table_of(**columns: list[str]) -> Dataset:
    kinds = tuple(Column(name, Kind.CATEGORY) for name in columns)
    return Dataset((Table("t", kinds, pd.DataFrame(columns, dtype=object)),))


def with_patrons() -> Dataset:
    """Sixty names of one's own, beside three that come back in twenty rows each."""
    firsts = ["Anna", "Peter", "Maria", "John", "Laura", "David", "Susan", "Paul", "Emma", "James"]
    lasts = ["Miller", "Smith", "Johnson", "Brown", "Wilson", "Taylor"]
    own = [f"{last}, {first}" for last in lasts for first in firsts]
    frame = pd.DataFrame({"name": own, "advised by": ["Clark, Helen", "Young, Peter", "Hall, George"] * 20})
    columns = tuple(Column(c, Kind.TEXT, role=Role.DIRECT, entity="PERSON", confidence=0.9) for c in frame)
    return Dataset((Table("posts", columns, frame.astype(object)),))


def test_names_that_come_back_beside_the_rows_own_are_asked_about() -> None:
    (question,) = questions(with_patrons(), Policy())
    assert question.startswith("posts: advised by holds names that come back, beside the rows' own in name")
    assert "role: drop" in question
    declared = Policy(tables={"posts": {"columns": {"advised by": {"role": "direct"}}}})
    assert not questions(with_patrons(), declared)


def ranked(name: str, numbers: list[float]) -> Dataset:
    frame = pd.DataFrame({name: numbers, "kind": pd.Series(["a", "b"] * (len(numbers) // 2), dtype=object)})
    return Dataset((Table("firms", (Column(name, Kind.INTEGER), Column("kind", Kind.CATEGORY)), frame),))


def test_a_complete_count_whose_name_says_rank_is_asked_whether_it_is_a_key() -> None:
    count = [float(number) for number in range(1, 61)]
    (question,) = asked(ranked("rank", count))
    assert question.startswith("firms: rank counts the rows, each number once")
    assert "--set tables.firms.columns.rank.role=identifier" in question
    plain = Policy(tables={"firms": {"columns": {"rank": {"role": "plain"}}}})
    assert asked(ranked("rank", count), plain) == []
    assert asked(ranked("rank", [*count[:-1], 1.0])) == []
    assert asked(ranked("rank", [number + 40 for number in count])) == []
