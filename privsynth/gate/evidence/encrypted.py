"""Values encrypted in their own format can meet a real one by chance; none may stay itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from privsynth.dataset import Table
from privsynth.mask_steps import Encrypt
from privsynth.policy import Policy
from privsynth.typing import Array
from privsynth.verdict import Finding

REMEDY = (
    "take mask: token, whose values are never real ones; an encrypted value must keep its format, "
    "or it could not be turned back"
)
LETTERS = (("9", str.isdigit, 10), ("a", str.islower, 26), ("A", str.isupper, 26))


def encrypted_columns(policy: Policy, table: str) -> frozenset[str]:
    """The columns that the plan encrypts."""
    asked = policy.tables[table].columns if table in policy.tables else {}
    return frozenset(name for name, wish in asked.items() if isinstance(wish.mask, Encrypt))


def beyond_chance(train: Table, made: Table, policy: Policy) -> Iterator[Finding]:
    """How many encrypted values are somebody's real one, beside how many a random permutation of the format gives."""
    for name in sorted(encrypted_columns(policy, train.name) & set(train.frame.columns) & set(made.frame.columns)):
        real, ours = _known(train.text(name)), _known(made.text(name))
        hits = len(set(real) & set(ours))
        chance = _expected(real, ours)
        note = f"{hits} of {len(ours):,} values; a random permutation of their format gives {chance:.3g} on average"
        yield Finding(
            f"encrypted_real.{name}",
            hits,
            what=f"encrypted values that are real ones of {name} ({train.name})",
            table=train.name,
            limit=_most(chance, policy.limits.alpha),
            where=(name,),
            note=note,
            remedy=REMEDY,
        )
        if made.origin is not None:
            same = train.text(name)[made.origin] == made.text(name)
            there = ~pd.isna(made.values(name))
            still = len(set(made.text(name)[same & there]))
            most = _most(
                sum(1 / _space(shape) * count for shape, count in Counter(map(_shape, real)).items()),
                policy.limits.alpha,
            )
            yield Finding(
                f"encrypted_unchanged.{name}",
                still,
                what=f"values that encryption left as they were, of {name} ({train.name})",
                table=train.name,
                limit=most,
                where=(name,),
                remedy=REMEDY,
            )


def _known(texts: Array) -> list[str]:
    return list(pd.unique(pd.Series(texts, dtype=object).dropna()))


def _shape(text: str) -> str:
    """The classes that letters and digits may change within, and the marks that stay."""
    kinds = "".join(mark for mark, test, _ in LETTERS if any(map(test, text)))
    return kinds + "\x1f" + "".join("x" if c.isalnum() else c for c in text)


def _space(shape: str) -> float:
    """How many values there are of a shape."""
    kinds, _, places = shape.partition("\x1f")
    return float(sum(size for mark, _, size in LETTERS if mark in kinds)) ** places.count("x")


def _expected(real: list[str], ours: list[str]) -> float:
    taken = Counter(map(_shape, real))
    return sum(count * taken[shape] / max(_space(shape), 1.0) for shape, count in Counter(map(_shape, ours)).items())


def _most(chance: float, alpha: float) -> float:
    """The largest count that chance explains: a Poisson count is beyond it with probability alpha."""
    from scipy.stats import poisson

    return float(poisson.isf(alpha, chance)) if chance > 0 and math.isfinite(chance) else 0.0
