"""Columns with rank correlations: each keeps the values that its own law drew, only their rows are exchanged.

The order of Iman and Conover (1982): normal scores with the wanted correlation, made exact in the sample, say which row
gets the smallest value of each column, which the next, and so on. Ranks of normal scores are a little less correlated
than the scores (Pearson 1907: rank = 6 / pi * asin(score / 2)), and ties weaken them further, so the scores'
correlation is raised until the ranks of what was drawn come out as wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.needs import ANY_NAME, needs_of
from privsynth.generate.rules.vocabulary.rulebook import Correlate, TableRule
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.book import Book
    from privsynth.generate.rules.planning.plan import ColumnPlan

WITHIN = 0.02  # how near the ranks come to what was asked
FEWEST_PROMISED = 10_000  # rows with both values from which on that is promised; of fewer, chance moves the ranks
FEWEST_TOLD = 20  # rows of which ranks say something
FEWEST_JUDGED = 1_000  # rows from which on it is the law, and not chance, that leaves few different values
FEWEST_TRIED, MOST_TRIED = 10_000, 100_000  # scores on which it is tried how the ranks come out
ROUNDS = 30
HIGHEST = 0.9999  # of scores

Pairs = dict[tuple[str, str], float]


@dataclass(frozen=True, eq=False)
class Correlated:
    """Columns made together: the correlation of their normal scores, and which pairs the book asks for."""

    columns: tuple[str, ...]
    scores: Array = field(repr=False)
    asked: Array = field(repr=False)

    @property
    def is_one(self) -> bool:
        """Each column has a law of its own, and only the rows are exchanged in which its values stand."""
        return False

    @property
    def wanted(self) -> Array:
        """The rank correlation of each pair."""
        return np.where(np.eye(len(self.columns)) > 0, 1.0, ranks_of(self.scores))

    def told(self, values: Mapping[str, Array]) -> list[str]:
        """Each pair whose ranks are not as asked, by more than .02 or what chance does to few rows."""
        ranks = {name: middle_ranks(values[name]) for name in self.columns}
        notes = []
        for one, other in np.argwhere(np.triu(self.asked)):
            names = self.columns[one], self.columns[other]
            found, rows = _in_both(ranks[names[0]], ranks[names[1]])
            far = abs(found - self.wanted[one, other]) > WITHIN * max(1.0, (FEWEST_PROMISED / max(rows, 1)) ** 0.5)
            if rows > FEWEST_TOLD and far:
                notes.append(f"{' ~ '.join(sorted(names))} is {found:.3f}, not {self.wanted[one, other]:.3f}")
        return notes

    def draw(
        self,
        rows: Rows,  # noqa: ARG002 - they follow no other column
        alone: Callable[[str], Array],
        streams: Callable[[str], np.random.Generator],
    ) -> dict[str, Array]:
        return self.placed({name: alone(name) for name in self.columns}, streams)

    def placed(self, drawn: Mapping[str, Array], streams: Callable[[str], np.random.Generator]) -> dict[str, Array]:
        """The same values of each column, in rows that give the wanted ranks."""
        rows = len(drawn[self.columns[0]])
        rise = [np.sort(drawn[name]) for name in self.columns]
        if rows < 2 or any(values[0] == values[-1] for values in rise):
            return dict(drawn)  # so few rows that there is nothing to put in order
        numbers = [streams(f"correlate {name}") for name in self.columns]
        plain = _plain_scores(numbers, rows)
        tried = plain[:, :MOST_TRIED] if rows >= FEWEST_TRIED else _plain_scores(numbers, FEWEST_TRIED)
        places = _places(plain, self._raised(rise, tried))
        return {name: rise[at][places[at]] for at, name in enumerate(self.columns)}

    def _raised(self, rise: Sequence[Array], plain: Array) -> Array:
        """The correlation that scores need for the ranks to come out, tried on evenly spaced values."""
        tries = plain.shape[1]
        if len(rise[0]) != tries and all((values[1:] == values[:-1]).mean() < 0.01 for values in rise):
            return self.scores  # nothing to raise, and not the very rows on which chance could be mended
        spaced = [_ranks(values[np.arange(tries) * len(values) // tries]) for values in rise]
        wanted = self.wanted
        scores = self.scores
        for _ in range(ROUNDS):
            places = _places(plain, scores)
            gap = wanted - np.corrcoef([ranks[place] for ranks, place in zip(spaced, places, strict=True)])
            if np.abs(gap).max() < WITHIN / 10:
                break
            raised = np.clip(scores + gap, -HIGHEST, HIGHEST)
            np.fill_diagonal(raised, 1.0)
            if not _is_attainable(raised):
                break
            scores = raised
        if len(rise[0]) >= FEWEST_JUDGED:
            self._check(np.where(self.asked, gap, 0.0), wanted)
        return scores

    def _check(self, gap: Array, wanted: Array) -> None:
        if np.abs(gap).max() <= WITHIN:
            return
        one, other = np.unravel_index(np.abs(gap).argmax(), gap.shape)
        raise BackendError(
            f"columns {self.columns[one]} and {self.columns[other]} hold few different values: a rank correlation of"
            f" {wanted[one, other]:.2f} cannot be reached, {wanted[one, other] - gap[one, other]:.2f} can.",
            hint="ask for less, or give them laws with more different values",
        )


def plan_correlations(
    book: Book, path: tuple[str, ...], table: TableRule, columns: Mapping[str, ColumnPlan]
) -> dict[str, Correlated]:
    """The group of each correlated column. What cannot be kept is refused, with the reason."""
    where: dict[tuple[str, str], tuple[str, ...]] = {}
    pairs: Pairs = {}
    for at, rule in enumerate(table.correlate):
        for (one, other), rank, words in _pairs_of(rule):
            place = (*path, "correlate", str(at), *words)
            for name in (one, other):
                _check_column(book, place, name, columns, path)
            if (one, other) in pairs or (other, one) in pairs:
                raise book.error(place, f"{one} ~ {other} is said twice.")
            pairs[one, other], where[one, other] = rank, place
    groups: dict[str, Correlated] = {}
    for names in _connected(pairs):
        group = _group(book, names, pairs, where)
        groups |= dict.fromkeys(names, group)
    return groups


def ranks_of(scores: Array) -> Array:
    """The rank correlation of normal scores with this correlation."""
    return np.asarray(6 / np.pi * np.arcsin(np.clip(scores, -1, 1) / 2))


def scores_of(rank: float) -> float:
    return float(2 * np.sin(np.pi * rank / 6))


def pairs_of(rule: Correlate) -> list[tuple[str, str]]:
    """The pairs that are asked for."""
    return [pair for pair, _, _ in _pairs_of(rule)]


def _pairs_of(rule: Correlate) -> list[tuple[tuple[str, str], float, tuple[str, ...]]]:
    """Each pair with its rank correlation and the words that lead to it."""
    if rule.pairs is not None:
        return [(_split(words), float(rank), (words,)) for words, rank in rule.pairs.items()]
    names, rank = rule.columns or [], rule.rank or []
    return [((names[a], names[b]), float(rank[a][b]), ("rank", str(a))) for b in range(len(names)) for a in range(b)]


def _split(words: str) -> tuple[str, str]:
    one, _, other = words.partition("~")
    return one.strip(), other.strip()


def _check_column(
    book: Book, place: tuple[str, ...], name: str, columns: Mapping[str, ColumnPlan], path: tuple[str, ...]
) -> None:
    if name not in columns:
        raise book.error(place, f"there is no column {name}.", f"columns are: {', '.join(columns)}")
    column = columns[name]
    follows = needs_of(column.rule.model_copy(update={"missing": 0}), (*path, "columns", name), book, ANY_NAME)
    if column.provider is None or column.provider.across or column.rule.generator in ("lookup", "point"):
        why = f"{column.rule.generator} makes a column of its own, whose values stay in their rows"
    elif follows:
        why = f"it follows {', '.join(sorted(follows))}, and its values would come to rows they were not made for"
    elif column.is_sorted:
        why = "its values rise from row to row, and would not after they changed places"
    elif column.provider.certain or column.provider.capacity == 1:
        why = "it is the same everywhere"
    elif not (column.column.kind.is_numeric or column.column.kind is Kind.DATE):
        why = f"it is {column.column.kind}; only numbers and dates have ranks"
    else:
        return
    raise book.error(place, f"column {name} cannot be correlated: {why}.")


def _connected(pairs: Pairs) -> list[tuple[str, ...]]:
    """Groups of columns that pairs tie together, each in an order in which every group of pairs can be completed.

    Next comes the column with the most pairs to those that are there (Tarjan and Yannakakis 1984).
    """
    near: dict[str, set[str]] = {}
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    groups: list[tuple[str, ...]] = []
    left = list(near)
    while left:
        group = [left.pop(0)]
        while tied := [name for name in left if near[name].intersection(group)]:
            group.append(max(tied, key=lambda name: len(near[name].intersection(group))))
            left.remove(group[-1])
        groups.append(tuple(group))
    return groups


def _group(
    book: Book, names: tuple[str, ...], pairs: Pairs, where: Mapping[tuple[str, str], tuple[str, ...]]
) -> Correlated:
    """The correlation of all scores, pair by pair: one that is not asked for is what follows from the others."""
    scores = np.eye(len(names))
    asked = np.zeros(scores.shape, dtype=bool)
    for b in range(len(names)):
        known: list[int] = []
        tied = [(names[a], names[b]) if (names[a], names[b]) in pairs else (names[b], names[a]) for a in range(b)]
        for a in sorted(range(b), key=lambda a: tied[a] not in pairs):  # what is asked for first
            middle, reach = _left_open(scores, known, a, b)
            score = scores_of(pairs[tied[a]]) if tied[a] in pairs else middle
            if tied[a] in pairs and not abs(score - middle) < reach:
                ends = ranks_of(np.clip([middle - reach, middle + reach], -1, 1))
                raise book.error(
                    where[tied[a]],
                    f"{names[a]} ~ {names[b]} cannot be {pairs[tied[a]]:g} beside the other rank correlations:"
                    f" they leave it between {ends[0]:.2f} and {ends[1]:.2f}.",
                    "change it, or one of the others that tie the two columns",
                )
            scores[a, b] = scores[b, a] = score
            asked[a, b] = asked[b, a] = tied[a] in pairs
            known.append(a)
    return Correlated(names, scores, asked)


def _left_open(scores: Array, known: list[int], a: int, b: int) -> tuple[float, float]:
    """Where a correlation may lie, given those of both columns with others: its middle and its reach."""
    to_a, to_b = scores[known, a], scores[known, b]
    by_b = np.linalg.solve(scores[np.ix_(known, known)], to_b)
    by_a = np.linalg.solve(scores[np.ix_(known, known)], to_a)
    rest = max(1 - float(to_a @ by_a), 0.0) * max(1 - float(to_b @ by_b), 0.0)
    return float(to_a @ by_b), float(np.sqrt(rest))


def _is_attainable(scores: Array) -> bool:
    return bool(np.linalg.eigvalsh(scores).min() > 1e-9)


def _plain_scores(numbers: Sequence[np.random.Generator], rows: int) -> Array:
    """Normal scores without any correlation, exactly so where there are rows enough."""
    plain = np.array([rng.standard_normal(rows) for rng in numbers])
    if rows <= 2 * len(numbers):
        return plain
    plain -= plain.mean(axis=1, keepdims=True)
    return np.asarray(np.linalg.solve(np.linalg.cholesky(np.cov(plain)), plain))


def _places(plain: Array, scores: Array) -> list[Array]:
    """For each column the rank of each row."""
    places = []
    for column in np.linalg.cholesky(scores) @ plain:
        place = np.empty(len(column), dtype=np.int64)
        place[np.argsort(column)] = np.arange(len(column))
        places.append(place)
    return places


def _ranks(rising: Array) -> Array:
    """Mean ranks of sorted values."""
    _, first, counts = np.unique(rising, return_index=True, return_counts=True)
    return np.repeat(first + (counts - 1) / 2, counts)


def middle_ranks(values: Array) -> Array:
    """The rank of each value, the mean one where values repeat; none where there is no value."""
    return np.asarray(pd.Series(values).rank())


def _in_both(one: Array, other: Array) -> tuple[float, int]:
    """The correlation of two columns' ranks over the rows that have both, and how many these are."""
    both = ~(np.isnan(one) | np.isnan(other))
    first, second = (np.asarray(pd.Series(each[both]).rank()) for each in (one, other))
    if len(first) < 2 or first.std() == 0 or second.std() == 0:
        return 0.0, int(both.sum())
    return float(np.corrcoef(first, second)[0, 1]), int(both.sum())
