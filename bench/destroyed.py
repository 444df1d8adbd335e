"""What a user would call destroyed, found in a draft beside its source with pandas and scikit-learn alone.

Both come as frames that pandas read from CSV. Columns that a run invents on purpose are named by whoever asks, and left
out. Nothing here is taken from the package: what it says of itself is put to the test.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Array = np.ndarray[Any, Any]

SHARED = 20  # rows, or persons, by which a level is shared that has to come out
FEW = 20  # distinct numbers that count as levels
CHANCE = 1e-6  # that a column decides another one by accident
RARELY = 0.01  # of the rows may hold a number or level that few rows of the source share beside another class
NUMBERS = 40  # columns among which arithmetic is looked for
ROWS = 2_000  # of a side, for the classifier
DATE_LIKE = re.compile(r"\d.*[-/:. ].*\d|[A-Za-z]{3,9}\.? \d|\d[ -][A-Za-z]{3}")


def destroyed(source: Frame, draft: Frame, invented: set[str], person: str = "") -> dict[str, str]:
    """What is destroyed, by column, with the count or share that shows it."""
    names = [name for name in source.columns if name not in invented and name != person]
    found = {name: "absent" for name in names if name not in draft}
    names = [name for name in names if name not in found]
    found |= {name: "numbers became text" for name in names if is_number(source[name]) and not is_number(draft[name])}
    found |= {name: "dates that do not parse" for name in names if are_dates(source[name]) > are_dates(draft[name])}
    found |= dict(lost_levels(source, draft, names, source[person] if person else None))
    found |= dict(broken_pairs(source, draft, names))
    found |= dict(broken_sums(source, draft, names))
    return found | dict(broken_order(source, draft, names))


def is_number(values: pd.Series[Any]) -> bool:
    return values.notna().any() and pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def are_dates(values: pd.Series[Any]) -> bool:
    if is_number(values) or not values.notna().any():
        return False
    words = pd.Series(values.dropna().astype(str).unique())
    is_like = words.map(lambda word: bool(DATE_LIKE.search(word)) and bool(re.search(r"\d{4}", word)))
    return bool(is_like.mean() >= 0.99) and bool(as_dates(words).notna().mean() >= 0.99)


def as_dates(words: pd.Series[Any]) -> pd.Series[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.to_datetime(words.astype(str), errors="coerce", format="mixed", utc=True)


def is_class(values: pd.Series[Any]) -> bool:
    return not is_number(values) or values.nunique() <= FEW


def words_of(values: pd.Series[Any]) -> pd.Series[str]:
    """As text, whole numbers without a point: a gap among them must not change how they are written."""
    if is_number(values):
        return values.map(lambda value: f"{value:.12g}", na_action="ignore").astype(object)
    return values.map(str, na_action="ignore").astype(object)


def lost_levels(
    source: Frame, draft: Frame, names: list[str], person: pd.Series[Any] | None
) -> Iterator[tuple[str, str]]:
    """Levels that many share, and that never come out."""
    for name in filter(lambda each: is_class(source[each]) and not are_dates(source[each]), names):
        words = words_of(source[name])
        counts = words.value_counts() if person is None else person.groupby(words.to_numpy()).nunique()
        shared = set(counts[counts >= SHARED].index)
        lost = shared - set(words_of(draft[name]))
        if lost:
            yield name, f"{len(lost)} of {len(shared)} levels of {SHARED} rows lost"


def deciding(source: Frame, names: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of which the first decides the second in every row, and not by chance."""
    classes = [name for name in names if is_class(source[name]) or source[name].nunique() <= len(source) / 3]
    codes = {name: pd.factorize(words_of(source[name]))[0] for name in classes}
    codes = {name: code for name, code in codes.items() if 1 < len(np.unique(code)) < len(code)}
    for child, parent in permutations(codes, 2):
        children, parents = codes[child], codes[parent]
        known = (children >= 0) & (parents >= 0)
        levels = children[known].max(initial=-1) + 1
        pairs = len(np.unique(children[known].astype(np.int64) * (parents.max() + 1) + parents[known]))
        repeats = int(known.sum()) - len(np.unique(children[known]))
        shares = np.bincount(parents[known], minlength=1) / max(1, known.sum())
        by_chance = float((shares**2).sum()) ** repeats
        if levels and pairs == len(np.unique(children[known])) and by_chance < CHANCE and is_class(source[parent]):
            yield child, parent


def broken_pairs(source: Frame, draft: Frame, names: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs that were never seen, where one column decides the other.

    Of what many share not one may be there. A level that fewer hold has to come out nowhere, and nobody may remember
    what it decided: numbers drawn between others meet one by accident, and only more than a few of these count.
    """
    for child, parent in deciding(source, names):
        both = Frame({"child": words_of(source[child]), "parent": words_of(source[parent])}).dropna()
        belongs = both.drop_duplicates("child").set_index("child")["parent"]
        rows = Frame({"child": words_of(draft[child]), "parent": words_of(draft[parent])}).dropna()
        rows = rows[rows["child"].isin(belongs.index)]
        is_wrong = rows["child"].map(belongs) != rows["parent"]
        counts = both["child"].value_counts()
        is_shared = rows["child"].isin(counts[counts >= SHARED].index)
        wrong = float(is_wrong.mean()) if len(rows) else 0.0
        if (is_wrong & is_shared).any() or is_wrong.sum() > RARELY * len(draft):
            yield f"{child} -> {parent}", f"{wrong:.1%} of the rows hold a pair that was never seen"


def decimals(values: pd.Series[Any]) -> int:
    """How many decimals the numbers are written with, at most six."""
    known = values.dropna().to_numpy(dtype=float)
    return next((places for places in range(6) if np.allclose(known, np.round(known, places), rtol=0, atol=1e-9)), 6)


def broken_sums(source: Frame, draft: Frame, names: list[str]) -> Iterator[tuple[str, str]]:
    """Sums, products and quotients that hold in every row of the source, and not of the draft."""
    numbers = [name for name in names if is_number(source[name]) and source[name].nunique() > 1][:NUMBERS]
    for kind, left, right, result in sums(source, numbers):
        if all(is_number(draft[name]) for name in (left, right, result)):
            holds = held(kind, draft, left, right, result, decimals(source[result]))
            if not holds.all():
                yield f"{left} {kind} {right} = {result}", f"held in {holds.mean():.1%} of the rows"


def held(kind: str, frame: Frame, left: str, right: str, result: str, places: int) -> Array:
    """In which of the rows where all three are known."""
    a, b, c = (frame[name].to_numpy(dtype=float) for name in (left, right, result))
    off = np.abs(worked_out(kind, a, b) - c)
    holds: Array = (off <= slack(places, c))[np.isfinite(off)]
    return holds


def worked_out(kind: str, a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        values: Array = {"+": np.add, "*": np.multiply, "/": np.divide}[kind](a, b)
    return values


def slack(places: int, values: Array) -> Array:
    """Half of the last place that is written."""
    return 0.5000001 * 10.0**-places + 1e-9 * np.abs(values)


def sums(source: Frame, numbers: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Where all three columns matter; what is a sum of nothing or a product with one says nothing."""
    few = source[numbers].sample(min(len(source), 60), random_state=0).to_numpy(dtype=float)
    within = (
        np.stack([slack(decimals(source[name]), few[:, at]) for at, name in enumerate(numbers)], axis=1)
        if numbers
        else few
    )
    known: set[frozenset[str]] = set()  # a product is a quotient, too
    for kind in "+*/":
        pairs = permutations if kind == "/" else combinations
        for left, right in pairs(range(len(numbers)), 2):
            off = np.abs(worked_out(kind, few[:, left], few[:, right])[:, None] - few)
            for result in np.flatnonzero(((off <= within) | ~np.isfinite(off)).all(axis=0)):
                names = numbers[left], numbers[right], numbers[result]
                if result not in (left, right) and frozenset(names) not in known and is_sum(kind, source, names):
                    known.add(frozenset(names))
                    yield kind, *names


def is_sum(kind: str, source: Frame, names: tuple[str, str, str]) -> bool:
    left, right, result = names
    rows = source[[left, right, result]].dropna()
    a, b, c = (column[rows[right] != 0] if kind == "/" else column for column in map(rows.get, names))
    matters = min((a != c).sum(), (b != c).sum(), (c != 0).sum(), (a != 0).sum(), (b != 0).sum()) >= SHARED
    fine = c.nunique() > (10 if kind == "/" else 2) or (kind == "*" and set(c.unique()) == {0, 1})
    return bool(matters and (fine or kind == "+") and held(kind, source, *names, decimals(source[result])).all())


def broken_order(source: Frame, draft: Frame, names: list[str]) -> Iterator[tuple[str, str]]:
    """Dates of which one never lay before the other."""
    dates = {name: as_dates(source[name]) for name in names if are_dates(source[name])}
    for first, second in permutations(dates, 2):
        known = dates[first].notna() & dates[second].notna()
        if known.sum() >= 50 and (dates[first] <= dates[second])[known].all():
            wrong = (as_dates(draft[first]) > as_dates(draft[second])).mean()
            if wrong:
                yield f"{first} <= {second}", f"{wrong:.1%} of the rows are the other way round"


def told_apart(source: Frame, draft: Frame, invented: set[str], person: str = "") -> float | None:
    """How well a classifier tells rows of the draft from those of the source, cross-validated: .5 is not at all."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    names = [name for name in source.columns if name not in invented and name in draft and name != person]
    size = min(len(source), len(draft), ROWS)
    sides = [frame.sample(size, random_state=0) for frame in (source, draft)]
    features = Frame({name: feature(source[name], [side[name] for side in sides]) for name in names})
    features = features.loc[:, features.nunique() > 1]
    if not len(features.columns) or size < 50:
        return None
    answer = np.repeat([0, 1], size)
    owner = person if person and person in draft else ""
    groups = np.concatenate(
        [
            side[owner].astype(str) + f"/{which}" if owner else which * size + np.arange(size)
            for which, side in enumerate(sides)
        ]
    )
    model = HistGradientBoostingClassifier(max_iter=60, random_state=0)
    folds = GroupKFold(3, shuffle=True, random_state=0)
    guess = cross_val_predict(model, features, answer, groups=groups, cv=folds, method="predict_proba")[:, 1]
    return round(float(roc_auc_score(answer, guess)), 3)


def feature(whole: pd.Series[Any], sides: list[pd.Series[Any]]) -> Array:
    """Numbers as they are, dates by day; classes by their place in the alphabet; of many words how often they occur."""
    if is_number(whole) and all(is_number(side) for side in sides):
        return np.concatenate([side.to_numpy(dtype=float) for side in sides])
    if are_dates(whole) and all(are_dates(side) for side in sides):
        stamps = [as_dates(side) for side in sides]
        return np.concatenate([(stamp - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1) for stamp in stamps])
    words = words_of(whole)
    both = pd.concat([words_of(side) for side in sides])
    if both.nunique() <= 200:
        return pd.factorize(both, sort=True)[0].astype(float)
    counts = words.value_counts()
    often = [words_of(side).map(counts).fillna(0).to_numpy() for side in sides]
    return np.concatenate([often[0] - 1, often[1]])  # a row of the source does not count itself
