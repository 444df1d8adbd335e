"""What the policy says that a column may hold."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Domain, Kind, Table
from privsynth.describe.domains import domain_of
from privsynth.describe.roles import with_roles
from privsynth.errors import PolicyError
from privsynth.options import DomainPolicy
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.spelling.numbers import NumberStyle


def domain(kind: Kind, spelling: Spelling | None = None, **said: Any) -> Domain:
    return domain_of(Column("x", kind, spelling=spelling or Spelling()), DomainPolicy(**said), "policy.yaml:7:9 ")


def test_levels_stay_as_they_are_spelt() -> None:
    assert domain(Kind.CATEGORY, levels=["a", " b"]) == Domain(levels=("a", " b"))


def test_levels_of_numbers_and_dates_take_one_plain_form() -> None:
    assert domain(Kind.INTEGER, levels=["1", "12"]).levels == ("1.0", "12.0")
    assert domain(Kind.NUMBER, Spelling(decimal_mark=",", thousands="."), levels=["1.234,5"]).levels == ("1234.5",)
    money = Spelling(2, thousands=",", style=NumberStyle(positive="$#", negative="($#)"))
    assert domain(Kind.NUMBER, money, levels=["$1,234.50", "($2.00)", "3"]).levels == ("1234.5", "-2.0", "3.0")
    assert domain(Kind.DATE, Spelling(date_format="%d.%m.%Y"), levels=["31.12.2020", "2021-01-01"]).levels == (
        "2020-12-31T00:00:00",
        "2021-01-01T00:00:00",
    )


def test_ends_of_bins() -> None:
    assert domain(Kind.NUMBER, cuts=[0, 2.5, "10"]).cuts == (0.0, 2.5, 10.0)
    assert domain(Kind.DATE, cuts=["1970-01-02", "1970-01-02T12:00", "1971-01-01"]).cuts == (1.0, 1.5, 365.0)


def test_bins_of_equal_width() -> None:
    assert domain(Kind.NUMBER, low=0, high=1, bins=4).cuts == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert len(domain(Kind.NUMBER, low=0, high=1).cuts) == 33
    assert domain(Kind.INTEGER, low=0, high=10, bins=4).cuts == (0.0, 2.0, 5.0, 8.0, 10.0)
    assert domain(Kind.INTEGER, low=0, high=3).cuts == (0.0, 1.0, 2.0, 3.0)
    assert domain(Kind.DATE, low="1970-01-01", high="1970-01-05", bins=2).cuts == (0.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        (Kind.CATEGORY, {"cuts": [0, 1]}, "has no ends of bins"),
        (Kind.BOOLEAN, {"low": 0, "high": 1}, "has no ends of bins"),
        (Kind.NUMBER, {"cuts": [0, 0]}, "must rise"),
        (Kind.NUMBER, {"low": 5, "high": 1}, "must rise"),
        (Kind.NUMBER, {"cuts": [0, "lots"]}, "no number"),
        (Kind.NUMBER, {"cuts": [0, float("inf")]}, "not finite"),
        (Kind.INTEGER, {"levels": ["1.5"]}, "not whole"),
        (Kind.INTEGER, {"levels": ["1", "1.0"]}, "twice"),
        (Kind.DATE, {"cuts": ["2020-01-01", "soon"]}, "no date"),
        (Kind.DATE, {"cuts": [0, 1]}, "are dates"),
        (Kind.DATE, {"levels": ["soon"]}, "no date"),
    ],
)
def test_what_does_not_fit_the_kind_is_refused_with_its_place(kind: Kind, said: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words) as caught:
        domain(kind, **said)
    assert str(caught.value).startswith("policy.yaml:7:9 the domain of column 'x'")
    assert "soon" not in str(caught.value)
    assert "lots" not in str(caught.value)


def test_the_policy_gives_columns_their_domain() -> None:
    frame = pd.DataFrame({"town": pd.Series(["Aa", "Bb"] * 20, dtype=object), "age": [30.0, 40.0] * 20})
    data = Dataset((Table("t", (Column("town", Kind.CATEGORY), Column("age", Kind.INTEGER)), frame),))
    policy = Policy(tables={"t": {"columns": {"age": {"domain": {"low": 0, "high": 100, "bins": 10}}}}})
    described = with_roles(data, policy)["t"]
    assert described["town"].domain is None
    assert described["age"].domain == Domain(cuts=tuple(float(10 * at) for at in range(11)))
    assert not described["age"].declared
