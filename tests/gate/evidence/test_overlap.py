"""Rare real values in the draft: what chance gives is what held-out rows show."""

from __future__ import annotations

import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.overlap import Named, Overlap, named_hits, rare_numbers, rare_strings, whole_names
from privsynth.measure.significance import copy_pvalue


def words(
    values: list[str | None], role: Role = Role.PLAIN, kind: Kind = Kind.CATEGORY, entity: str | None = None
) -> Table:
    return Table("t", (Column("word", kind, role=role, entity=entity),), frame(word=values))


def numbers(values: list[float]) -> Table:
    return Table("t", (Column("sum", Kind.NUMBER),), frame(sum=values))


def only(found: object) -> Overlap:
    (one,) = list(found)  # type: ignore[call-overload]
    return one  # type: ignore[no-any-return]


TRAIN = words(["anise", "anise", "borage", "chervil", "dill"] * 1 + ["sage"] * 3)
HELD = words(["fennel", "sage", "hyssop"])


def test_rare_words_of_training_rows_are_counted_against_those_of_held_out_rows() -> None:
    found = only(rare_strings(TRAIN, HELD, words(["Anise ", "borage", "borage", "fennel", "sage", "lovage", None]), 3))
    assert (found.column, found.key) == ("word", "rare_words")
    assert (found.hits_train, found.hits_holdout, found.n) == (
        2,
        1,
        5,
    )  # anise and borage; fennel; sage is no rare word
    # four rare words of training rows, two of held-out rows: one hit of two is as many as two of four
    assert found.share == pytest.approx(0.0)
    assert found.pvalue == pytest.approx(copy_pvalue(2, 1, 4 / 6))


def test_the_excess_is_a_share_of_the_drafts_distinct_words() -> None:
    found = only(rare_strings(TRAIN, HELD, words(["anise", "borage", "chervil", "dill", "mint", "mint", "rue"]), 3))
    assert (found.hits_train, found.hits_holdout) == (4, 0)
    assert found.share == pytest.approx(4 / 6)
    assert found.pvalue == pytest.approx(copy_pvalue(4, 0, 4 / 6))


@pytest.mark.parametrize(("k_rare", "hits"), [(2, 1), (3, 2)])
def test_rare_is_what_fewer_rows_hold(k_rare: int, hits: int) -> None:
    assert only(rare_strings(TRAIN, HELD, words(["anise", "borage"]), k_rare)).hits_train == hits


def test_a_word_on_both_sides_is_neither_sides() -> None:
    assert only(rare_strings(words(["a1"]), words(["a1", "b1"]), words(["a1", "b1"]), 5)).hits_train == 0


def test_without_a_hold_out_each_hit_counts_and_without_a_hit_none() -> None:
    nobody = words([])
    assert only(rare_strings(TRAIN, nobody, words(["anise"]), 3)).pvalue == 0.0
    assert only(rare_strings(TRAIN, nobody, words(["anise"]), 3)).share == 1.0
    assert only(rare_strings(TRAIN, nobody, words(["rue"]), 3)).pvalue == 1.0
    common = words(["sage"] * 4)
    assert only(rare_strings(TRAIN, common, words(["anise"]), 3)).pvalue == pytest.approx(copy_pvalue(1, 0, 8 / 12))


@pytest.mark.parametrize(
    "table",
    [words(["a"], Role.FREE_TEXT), words(["a"], Role.IDENTIFIER), words(["long enough"], Role.DIRECT, entity="EMAIL")],
)
def test_columns_that_are_compared_otherwise_are_not_counted_twice(table: Table) -> None:
    assert not list(rare_strings(table, words([]), table, 3))


def test_a_column_that_the_draft_lacks_is_not_compared() -> None:
    assert not list(rare_strings(TRAIN, HELD, numbers([1.0]), 3))
    assert not list(rare_numbers(numbers([123_456.0]), numbers([]), TRAIN, 3))


def test_only_numbers_of_six_significant_digits_say_much() -> None:
    real, held = numbers([123_456.0, 98_765.0, 120_000.0, 234_567.0]), numbers([654_321.0])
    found = only(rare_numbers(real, held, numbers([123_456.0, 98_765.0, 120_000.0, 234_567.0, 7.0]), 3))
    assert (found.hits_train, found.hits_holdout) == (2, 0)
    assert found.share == pytest.approx(2 / 5)  # of all distinct numbers of the draft
    assert not list(rare_numbers(numbers([5.0]), numbers([]), numbers([5.0]), 3))


def names(first: list[str], last: list[str]) -> Table:
    columns = (
        Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
    )
    return Table("t", columns, frame(first=first, last=last))


def test_whole_names_are_compared_as_one() -> None:
    real, held = names(["Ada", "Bo"], ["Quill", "Marsh"]), names(["Cy"], ["Stone"])
    found = only(whole_names(real, held, names(["Ada", "Bo"], ["Quill", "Quill"]), 3))
    assert (found.column, found.key, found.hits_train, found.n) == ("whole name", "real_names", 1, 2)
    assert not list(whole_names(TRAIN, HELD, TRAIN, 3))


def test_a_value_that_names_somebody_is_one_too_many_in_its_own_column() -> None:
    columns = (
        Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("says", Kind.CATEGORY),
        Column("n", Kind.NUMBER),
    )
    real = Table(
        "t", columns, frame(mail=["ada.quill@shop.example", "bo.marsh@shop.example"], says=["x", "y"], n=[1.0, 2.0])
    )
    held = Table("t", columns, frame(mail=["cy.stone@shop.example"], says=["x"], n=[1.0]))
    made = Table(
        "t",
        columns,
        frame(
            mail=["ADA.QUILL@shop.example", "cy.stone@shop.example"], says=["bo.marsh@shop.example", "x"], n=[1.0, 2.0]
        ),
    )
    named = Named.of(real, held)
    assert named_hits(named, made) == {"mail": 2}
    assert named_hits(named, Table("t", columns, frame(mail=["e@f.example", None], says=["x", "z"], n=[1.0, 2.0]))) == {
        "mail": 0
    }


def test_a_web_address_with_or_without_its_scheme_is_one_value_and_counts_once() -> None:
    columns = (Column("page", Kind.TEXT, role=Role.DIRECT, entity="URL"),)
    real = Table("t", columns, frame(page=["http://www.clinic.example/staff/7", "https://clinic.example/staff/8"]))
    held = Table("t", columns, frame(page=["http://clinic.example/staff/9"]))
    made = frame(page=["clinic.example/staff/7", "https://clinic.example/staff/8", "http://clinic.example/staff/1"])
    assert named_hits(Named.of(real, held), Table("t", columns, made)) == {"page": 2}
    assert named_hits(Named.of(real, held), real) == {"page": 2}
