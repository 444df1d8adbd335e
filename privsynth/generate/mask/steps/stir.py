"""Numbers moved by chance, and values that change places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.generate.mask.steps.kinds import to_places
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.steps.stay import drawn_in
from privsynth.groups.rare import counted
from privsynth.groups.sharing import ends
from privsynth.mask_steps import Noise, Shuffle
from privsynth.people.draws import Draws, mix
from privsynth.typing import Array

ATTEMPTS = 8  # rounds in which rows that drew a value of their own person exchange it


@dataclass(frozen=True, eq=False)
class MovedNumbers:
    """Normal noise. Zero means "none" and stays; signs stay; ends are drawn in first, and nothing leaves them.

    A number that many people share moves too: were it left, everybody would know which numbers are exact, and a column
    of few numbers would not move at all. The same number of the same person moves alike: averaging repeated rows
    reveals nothing.
    """

    column: Column
    _: KW_ONLY
    spread: float = field(repr=False)  # standard deviation
    low: float = field(repr=False)
    high: float = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:
        values = table.values(self.column.name)
        inside = drawn_in(values, self.low, self.high)
        draws = Draws(mix(seeds ^ (values + 0.0).view(np.uint64))).named(self.column.name)
        moved = np.abs(inside + self.spread * normal(draws)) * np.sign(inside)
        return self._between(inside, moved)

    def _between(self, inside: Array, moved: Array) -> Array:
        """What went beyond an end comes back from it, on its own side of zero, with the column's decimals."""
        least = np.minimum(np.abs(inside), 10.0**-self.column.spelling.decimals)
        low = np.where(inside > 0, np.maximum(self.low, least), self.low)
        high = np.where(inside < 0, np.minimum(self.high, -least), self.high)
        back = np.where(moved > high, 2 * high - moved, np.where(moved < low, 2 * low - moved, moved))
        within = np.minimum(np.maximum(to_places(back, self.column.spelling), low), high)
        return np.where(inside == 0, 0.0, within)


def normal(draws: Draws) -> Array:
    """Standard normal numbers, by Box and Muller (1958)."""
    radius, angle = np.sqrt(-2 * np.log1p(-draws.share("radius"))), 2 * np.pi * draws.share("angle")
    return np.asarray(radius * np.cos(angle))


def learn_noise(step: Noise, lesson: Lesson) -> MovedNumbers:
    """How far numbers move, as a share of their middle half, and the ends that enough people share."""
    column, values = lesson.column, lesson.values
    if not column.kind.is_numeric:
        raise lesson.misfit("noise", "noise fits numbers; for dates take shift, for levels shuffle.")
    low, high = to_places(np.array(ends(values, lesson.people, lesson.k_rare), dtype=np.float64), column.spelling)
    spread = step.share * middle_half(values[np.isfinite(values)])
    sentences = []
    if drawn := int(((values < low) | (values > high)).sum()):
        share = f"until {lesson.k_rare} people share each ({counted(drawn)})"
        sentences.append(f"numbers at the ends were drawn in {share}")
    if spread == 0 and np.isfinite(low):
        sentences.append("the column holds one number, which cannot move")
    elif 0 < spread < 0.5 * 10.0**-column.spelling.decimals and not column.spelling.shortest:
        sentences.append(
            "the noise is less than half of the column's smallest step, so that most numbers stay as they are: "
            "take a larger share"
        )
    notes = lesson.notes(*sentences)
    return MovedNumbers(column, spread=float(spread), low=float(low), high=float(high), notes=notes)


def middle_half(values: Array) -> float:
    """The interquartile range. Where more than half of the rows hold one number it is 0.

    Then it is that of all other numbers, or their distance from that one.
    """
    if not len(values):
        return 0.0
    if _iqr(values) > 0:
        return _iqr(values)
    others = values[values != np.median(values)]
    if not len(others):
        return 0.0
    return _iqr(others) or float(np.median(np.abs(others - np.median(values))))


def _iqr(values: Array) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low)


@dataclass(frozen=True, eq=False)
class Shuffled:
    """Within each group the rows stand in a circle of random order, and each takes the value of the next.

    Missing values stay where they are.
    """

    column: Column
    within: tuple[str, ...]
    k_rare: int
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:
        values = table.values(self.column.name)
        rows = np.flatnonzero(~pd.isna(values))
        if not len(rows):
            return values
        groups, _ = _large_groups(_groups(table, self.within)[rows], self.k_rare)
        shuffled = values.copy()
        shuffled[rows] = values[rows[givers(seeds[rows], groups, self.column.name)]]
        return shuffled


def givers(people: Array, groups: Array, name: str) -> Array:
    """For each row the row whose value it takes: one of its group, and of another person where there is one."""
    turn = pd.Series(people).groupby(people).cumcount().to_numpy().astype(np.uint64)
    draws = Draws(mix(people + turn)).named(name)
    taken = _circle(np.arange(len(people)), groups, draws.bits("place"))
    for attempt in range(ATTEMPTS):
        own = people[taken] == people
        if not own.any():
            break
        taken = _exchanged(taken, own, people, groups, Draws(draws.seeds, attempt))
    else:
        stuck = np.isin(groups, groups[people[taken] == people])
        taken = np.where(stuck, _turned(people, groups, draws), taken)
    return taken


def _turned(people: Array, groups: Array, draws: Draws) -> Array:
    """Each group, sorted by person, turned by as many places as its largest person has rows.

    So as few rows as possible take their own person's value.
    """
    pairs = pd.DataFrame({"group": groups, "person": people})
    rows_of_person = pairs.groupby(["group", "person"])["group"].transform("size")
    sizes = rows_of_person.groupby(pairs["group"]).transform("max").to_numpy()
    placed = np.lexsort((draws.bits("turn"), mix(people), groups))
    rows = np.bincount(groups)[groups[placed]]
    first = np.searchsorted(groups[placed], groups[placed])
    givers_ = np.empty_like(placed)
    givers_[placed] = placed[first + (np.arange(len(placed)) - first + sizes[placed]) % rows]
    return givers_


def _exchanged(taken: Array, own: Array, people: Array, groups: Array, draws: Draws) -> Array:
    """Rows that drew their own person's value, and as many others of their groups, pass on what they drew."""
    share = np.bincount(groups, weights=own) / np.maximum(np.bincount(groups), 1)
    rows = np.flatnonzero(own | (draws.share("joins") < 2 * share[groups]))
    passed = taken.copy()
    passed[rows] = taken[rows][_circle(np.arange(len(rows)), groups[rows], draws.bits("passes")[rows])]
    return passed if (people[passed] == people).sum() <= own.sum() else taken


def _circle(rows: Array, groups: Array, order: Array) -> Array:
    """For each row the next one in the random order of its group; the last one takes the first."""
    placed = np.lexsort((order, groups))
    ends_here = np.append(groups[placed][1:] != groups[placed][:-1], True)
    first = np.flatnonzero(np.append(True, ends_here[:-1]))
    after = np.append(placed[1:], placed[:1])
    after[ends_here] = placed[first]
    taken = np.empty_like(rows)
    taken[placed] = rows[after]
    return taken


def _groups(table: Table, within: tuple[str, ...]) -> Array:
    """A number for the values that a row has in these columns; a missing one is a value too."""
    codes = np.zeros(len(table), dtype=np.int64)
    for name in within:
        own = pd.factorize(table.values(name))[0]
        codes = pd.factorize(codes * (own.max(initial=0) + 2) + own + 1)[0]
    return codes


def _large_groups(groups: Array, least: int) -> tuple[Array, int]:
    """Groups of fewer than `least` rows become one; if that is still small, it joins the smallest of the others.

    Also how many rows that moved.
    """
    counts = np.bincount(groups)
    small = (counts > 0) & (counts < least)
    rows = int(counts[small].sum())
    large = np.flatnonzero(counts >= least)
    home = large[np.argmin(counts[large])] if rows < least and len(large) else len(counts)
    return np.where(small[groups], home, groups), rows


def learn_shuffle(step: Shuffle, lesson: Lesson) -> Shuffled:
    """The groups are formed from the rows at hand; the notes count over all rows."""
    table, within = lesson.table, tuple(step.within)
    unknown = [other for other in within if other not in table or other == lesson.name]
    if unknown:
        others = ", ".join(column.name for column in table.columns if column.name != lesson.name)
        raise lesson.error(
            f"shuffle: within must name other columns of the table; {len(unknown)} of its names are none.",
            hint=f"columns of the table: {others}",
        )
    return Shuffled(lesson.column, within, lesson.k_rare, lesson.notes(*_shuffle_notes(lesson, within)))


def _shuffle_notes(lesson: Lesson, within: tuple[str, ...]) -> Iterator[str]:
    present = ~pd.isna(lesson.values)
    if not present.any():
        return
    _, rows = _large_groups(_groups(lesson.table, within)[present], lesson.k_rare)
    if rows and within:
        yield f"groups of fewer than {lesson.k_rare} rows were put together ({counted(rows)})"
    if present.sum() < lesson.k_rare or len(np.unique(lesson.people[present])) < 2:
        yield f"fewer than {lesson.k_rare} rows, or one person alone, have a value: changing places hides little"
