"""Numbers that were given to rows are told from those that were measured by how often chance would bring them back."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.dataset import Kind, Role
from privsynth.pii.columns import Typing, type_column
from privsynth.pii.numbering import expected_pairs

RNG = np.random.default_rng(11)
SITES = np.concatenate([RNG.choice(700, 150, replace=False) + 1000 * site for site in (10, 19, 42, 990)])


def typed(name: str, numbers: np.ndarray) -> Typing:
    return type_column(name, np.array([str(n) for n in numbers], dtype=object), Kind.INTEGER)


def test_of_numbers_side_by_side_chance_would_bring_back_half_as_many_as_there_are() -> None:
    """Each is met by each of n - 1 others with a chance of 1 in n: n / 2 pairs; half that if every second is left."""
    assert expected_pairs(np.arange(100.0)) == pytest.approx(50)
    assert expected_pairs(np.arange(0.0, 200.0, 2.0)) == pytest.approx(25)


@pytest.mark.parametrize(
    "numbers",
    [SITES, RNG.permutation(np.arange(61_617, 64_417)), RNG.choice(9_000, 700, replace=False) + 20_000],
    ids=["given by site", "one block in any order", "a part of a list"],
)
def test_numbers_that_should_have_come_back_and_did_not_were_given_out(numbers: np.ndarray) -> None:
    found = typed("v17", numbers)
    assert found.role is Role.IDENTIFIER
    assert found.confidence < 0.75  # asked: nothing but the numbers says so


def test_numbers_far_apart_of_one_length_and_without_a_middle_were_given_out() -> None:
    assert typed("v17", RNG.choice(900_000, 1_000, replace=False) + 100_000).role is Role.IDENTIFIER


@pytest.mark.parametrize(
    "numbers",
    [
        np.unique(RNG.lognormal(11, 2, 400).astype(int)),
        np.unique(RNG.normal(250_000, 40_000, 400).astype(int)),
        np.cumsum(RNG.integers(-400, 1_000, 300)) + 200_000,
        RNG.integers(1_000, 9_000, 700),
        np.arange(1950, 2010),
        [20200101 + 100 * month + day for month in range(12) for day in range(28)],
        RNG.permutation(np.arange(1, 87)),
        RNG.permutation(np.arange(-60, 60)),
    ],
    ids=["populations", "sums", "a series", "drawn with repetition", "years", "days", "ranks", "about nought"],
)
def test_what_is_measured_stays_a_number(numbers: np.ndarray) -> None:
    assert typed("v17", np.asarray(numbers)).role is Role.PLAIN


@pytest.mark.parametrize(
    "name",
    [
        *("pidnum", "patno", "subjid", "case", "casenum", "record", "recno", "encounter", "studyno", "accession"),
        *("episode", "chart", "regnum", "uid", "ssn", "participant", "respondent", "pseudonym", "HospNo"),
    ],
)
def test_what_is_called_like_a_number_of_somebody_is_one_without_a_question(name: str) -> None:
    found = typed(name, RNG.choice(900_000, 60, replace=False) + 100_000)
    assert found.role is Role.IDENTIFIER
    assert found.confidence > 0.75


@pytest.mark.parametrize("name", ["case", "record", "chart", "pidnum", "mono", "casino"])
def test_such_a_name_alone_makes_no_key(name: str) -> None:
    assert typed(name, RNG.integers(0, 9, 300)).role is Role.PLAIN


def test_labels_of_rows_are_keys_whatever_numbers_they_are() -> None:
    """Rows left of a longer table keep their old numbers; years are no such labels."""
    rest = np.sort(RNG.choice(200_000, 300, replace=False))
    found = typed("Unnamed: 0", rest)
    assert found.role is Role.IDENTIFIER
    assert found.confidence > 0.75
    assert typed("Unnamed: 0", np.arange(1946, 1976)).role is Role.PLAIN
    assert typed("Unnamed: 0", rest // 3_000).role is not Role.IDENTIFIER


def test_numbers_of_people_are_keys_in_any_order_of_the_rows() -> None:
    """Five visits each of 60 patients; of cases that come back anywhere nobody knows what is meant."""
    visits = RNG.permutation(np.repeat(np.arange(60), 5))
    assert typed("patient", visits).role is Role.IDENTIFIER
    assert typed("case", visits).role is Role.PLAIN


@pytest.mark.parametrize("form", ["{}²", "--{}", "9" * 400 + "{}", "+{}"])
def test_digits_that_are_no_whole_numbers_are_not_judged(form: str) -> None:
    values = np.array([form.format(n) for n in range(100, 200)], dtype=object)
    assert type_column("v17", values, Kind.INTEGER).role is Role.PLAIN


def test_too_few_rows_tell_nothing() -> None:
    for numbers in (np.arange(0), np.array([7]), np.array([7, 9, 12, 15])):
        assert typed("v17", numbers).role is Role.PLAIN
