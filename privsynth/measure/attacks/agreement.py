"""Which real people a draft agrees with by more than chance, in bits.

For each real row the draft row is looked for that agrees with it most, and the other real person who does. What is left
of the first when half of the second is taken off is the evidence that somebody copied this row: where many people are
alike, a draft row that is like them tells of none of them. Training rows and held-out rows are scored alike, so that
under chance neither stands higher than the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.copies import SIDE, CopyHits
from privsynth.measure.distance.bits import Ranks, Surprise, surprises
from privsynth.measure.distance.cells import by_content, cell_keys, equal_rows
from privsynth.measure.distance.points import Points, nearest, place
from privsynth.measure.mixing import STEP, mixed
from privsynth.measure.samples import joined, some_rows
from privsynth.typing import Array

JOINS = 30  # sets of columns over which rows are joined
WIDTH = 6  # real rows of the same cells that a row is weighed against in one join
BANDS = (4, 8, 16, 32, 64)  # of equally many people, into which numbers are cut for a join
DENSE = 2**20  # pairs, up to which all are weighed
SURE = 500  # real rows of whom most is told: beside these every other is weighed, so that none stands alone by the lot
MOST = 2**26  # pairs weighed for them
ABOVE = (0, 2, 8, 32, 128)  # held-out people who stand above a threshold
OFFSET = 0.5  # of what a person shares with another that is taken off the evidence
# Chance that a draft tells more of one person than its own tail allows: of each of two scores, and both must.
ALONE = 0.005
FINEST = 10  # halvings of a distance; from there on two rows are upon each other
TAIL = 100  # people by whom it is told how fast evidence thins out


@dataclass(frozen=True, eq=False)
class Agreed:
    """Of each real person: what the draft tells, what another real person would, and what a copy would."""

    told: Array
    shared: Array
    whole: Array

    @property
    def score(self) -> Array:
        return self.told - OFFSET * self.shared

    def above(self, bits: tuple[float, float]) -> Array:
        """Whom the draft tells of, by more than so many bits."""
        return _above(self.told, self.shared, bits)

    def exposed(self, bits: tuple[float, float]) -> Array:
        """Of whom a copy would tell by more than so many bits: isolated people."""
        return _above(self.whole, self.shared, bits)

    def take(self, people: Array) -> Agreed:
        return Agreed(self.told[people], self.shared[people], self.whole[people])

    @property
    def scores(self) -> tuple[Array, Array]:
        """By which one person is found: the score, and what is told beyond all that another person shares."""
        return self.score, self.told - self.shared


def _above(told: Array, shared: Array, bits: tuple[float, float]) -> Array:
    return np.asarray((told - OFFSET * shared > bits[0]) & (told - shared > bits[1]))


def evidence(
    real: Table, people: Array, drafts: Sequence[Table], names: Sequence[str], rng: np.random.Generator
) -> list[list[Agreed]]:
    """For each draft the evidence of single rows, the strongest of each person; where people have several rows, also
    that of all rows of a person together.

    `people` says whose row each real one is, from 0. Rows are joined by lot; it falls alike however tables are ordered.
    """
    order = by_content(real, names)
    real, people = real.take(order), people[order]
    drafts = [draft.take(by_content(draft, names)) for draft in drafts]
    surprise, places = surprises(real, drafts, names, rng)
    shared = _found(surprise, _Rows.of_real(surprise.real, people), people, rng)
    sought = _Rows.of_drafts(places, [draft.people for draft in drafts])
    told = _found(surprise, sought, people, rng)
    whole, of_others = surprise.whole, _made_sure(surprise, people, told.rows.max(axis=0), shared.rows[0])
    by_row = (_strongest(Agreed(row, of_others, whole), people) for row in told.rows)
    if told.people is None or shared.people is None:
        return [[one] for one in by_row]
    first = np.unique(_alike(surprise, people), return_index=True)[1]
    together = np.bincount(people[first], np.maximum(whole[first], 0), minlength=int(people.max()) + 1)
    return [
        [one, Agreed(all_rows, shared.people[0], together)] for one, all_rows in zip(by_row, told.people, strict=True)
    ]


def _made_sure(surprise: Surprise, people: Array, told: Array, shared: Array) -> Array:
    """What other people share with each row: with those of whom most is told, weighed against every row.

    A join that misses who is most like somebody would make him look alone, and chance look like his copy.
    """
    shared, sure = shared.copy(), np.zeros(len(shared), dtype=bool)
    if len(shared) ** 2 <= DENSE:
        return shared
    while sure.sum() * len(shared) <= MOST:
        highest = [np.argsort(-score, kind="stable")[:SURE] for score in Agreed(told, shared, told).scores]
        unsure = np.setdiff1d(np.concatenate(highest), np.flatnonzero(sure))
        if not len(unsure):
            break
        for row, bits in zip(unsure, surprise.beside(unsure), strict=True):
            shared[row] = np.where(people == people[row], 0, bits).max()
        sure[unsure] = True
    return shared


def _strongest(rows: Agreed, people: Array) -> Agreed:
    """Of each person the row of which the draft tells most."""
    order = np.lexsort((rows.score, people))
    last = order[np.flatnonzero(np.r_[people[order][1:] != people[order][:-1], True][: len(order)])]
    return Agreed(rows.told[last], rows.shared[last], rows.whole[last])


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows that are weighed against real ones: of which draft each is, and of which person in all of them."""

    places: Ranks
    _: KW_ONLY
    draft: Array
    owner: Array
    drafts: int
    real: Array | None = None  # of real rows: whose each is, in the numbers of the real people

    @classmethod
    def of_real(cls, places: Ranks, people: Array) -> _Rows:
        return cls(places, draft=np.zeros(len(places), dtype=np.intp), owner=people, drafts=1, real=people)

    @classmethod
    def of_drafts(cls, places: Sequence[Ranks], people: Sequence[Array]) -> _Rows:
        starts = np.cumsum([0, *(int(each.max(initial=-1)) + 1 for each in people)])
        low, high = (np.hstack([getattr(each, side) for each in places]) for side in ("low", "high"))
        draft = np.repeat(np.arange(len(places)), [len(each) for each in places])
        owner = np.concatenate([each + start for each, start in zip(people, starts, strict=False)])
        return cls(Ranks(low, high), draft=draft, owner=owner, drafts=len(places))


@dataclass(frozen=True, eq=False)
class _Found:
    """By draft: what is told of each real row, and of each real person where people have several rows."""

    rows: Array  # drafts x real rows
    people: Array | None  # drafts x real people


def _found(surprise: Surprise, sought: _Rows, people: Array, rng: np.random.Generator) -> _Found:
    """The best of all candidates; where nothing agrees, nothing is told."""
    size, several = len(surprise.real), int(people.max(initial=-1)) + 1 < len(people)
    rows, pairs = np.zeros(sought.drafts * size, dtype=np.float32), list[tuple[Array, Array, Array]]()
    for pair in candidates(surprise, sought.places, rng):
        left, right = pair if sought.real is None else _of_two_people(pair, people)
        bits = surprise.told(sought.places, left, right, real=sought.real is not None)
        upon = sought.draft[left] * size + right
        np.maximum.at(rows, upon, bits)
        if several:
            strong = (bits > 0) & (bits >= rows[upon] / 2)
            pairs.append((sought.owner[left[strong]], right[strong], bits[strong]))
    by_draft = rows.reshape(sought.drafts, size)
    return _Found(by_draft, _together(sought, people, _alike(surprise, people), pairs) if several else None)


def _alike(surprise: Surprise, people: Array) -> Array:
    """A number for each real row, the same for rows of one person that are equal: they tell of him once."""
    columns = range(len(surprise.order))
    keys = _keys(surprise, surprise.real, columns, [None] * len(columns))
    return np.unique(np.stack([people.astype(np.uint64), keys], axis=1), axis=0, return_inverse=True)[1].ravel()


def _of_two_people(pair: tuple[Array, Array], people: Array) -> tuple[Array, Array]:
    left, right = pair
    apart = people[left] != people[right]
    return left[apart], right[apart]


def _together(sought: _Rows, people: Array, alike: Array, pairs: Sequence[tuple[Array, Array, Array]]) -> Array:
    """For each draft and real person, the bits of all his different rows by the one of the draft who tells most."""
    owner, row, bits = (np.concatenate([each[part] for each in pairs]) for part in range(3))
    of_row = pd.DataFrame({"owner": owner, "row": alike[row], "bits": bits})
    best = of_row.groupby(["owner", "row"], sort=False)["bits"].max().reset_index()
    whose = np.zeros(int(alike.max(initial=-1)) + 1, dtype=people.dtype)
    whose[alike] = people
    best["person"] = whose[best["row"].to_numpy()]
    summed = best.groupby(["owner", "person"], sort=False)["bits"].sum().reset_index()
    found = np.zeros((sought.drafts, int(people.max()) + 1), dtype=np.float32)
    draft_of = np.zeros(int(sought.owner.max(initial=-1)) + 1, dtype=np.intp)
    draft_of[sought.owner] = sought.draft
    at = draft_of[summed["owner"].to_numpy()], summed["person"].to_numpy()
    np.maximum.at(found, at, summed["bits"].to_numpy(dtype=np.float32))
    return found


def candidates(surprise: Surprise, rows: Ranks, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Pairs of rows and real ones that agree in some set of columns, and all that are equal; all pairs if few."""
    people, columns = len(surprise.real), len(surprise.order)
    if len(rows) * people <= DENSE:
        yield np.repeat(np.arange(len(rows)), people), np.tile(np.arange(people), len(rows))
        return
    equal: _Cells = range(columns), [None] * columns
    for some in (equal, *(_some_columns(surprise, rng) for _ in range(JOINS))):
        yield _joined(_keys(surprise, surprise.real, *some), _keys(surprise, rows, *some), rng)


_Bands = Sequence[tuple[int, float] | None]  # how many, and by how much of one they are shifted; None: equal cells
_Cells = tuple[Sequence[int], _Bands]  # columns, and how each is cut


def _some_columns(surprise: Surprise, rng: np.random.Generator) -> _Cells:
    """Columns drawn by lot, until few real rows are alike in them."""
    chosen, bands = list[int](), list[tuple[int, float] | None]()
    for column in rng.permutation(len(surprise.order)):
        chosen.append(int(column))
        bands.append((int(rng.choice(BANDS)), float(rng.random())) if surprise.near[column] else None)
        _, sizes = np.unique(_keys(surprise, surprise.real, chosen, bands), return_counts=True)
        if (sizes.astype(float) ** 2).sum() <= WIDTH * len(surprise.real):
            break
    return chosen, bands


def _keys(surprise: Surprise, rows: Ranks, columns: Sequence[int], bands: _Bands) -> Array:
    """One number for each row: equal where rows are equal, or in the same band, in all of these columns."""
    keys = np.zeros(len(rows), dtype=np.uint64)
    for at, (column, band) in enumerate(zip(columns, bands, strict=True), 1):
        low, known = rows.low[column].astype(np.int64), int(surprise.known[column])
        # a value between two real ones lies nowhere: its ends are one
        cells = low * 2 + (low == rows.high[column])
        if band is not None:
            middle = (low + rows.high[column]) / (2 * max(1, known))
            cells = np.where(low < known, np.floor(middle * band[0] + band[1]), known + band[0]).astype(np.int64)
        keys += mixed((cells + (at << 40)).astype(np.uint64) * STEP)
    return keys


def _joined(real: Array, rows: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Pairs of equal keys, for each row at most WIDTH of them, which are drawn by lot from the real rows alone."""
    order = np.lexsort((rng.random(len(real)), real))
    first, last = (np.searchsorted(real[order], rows, side=side) for side in ("left", "right"))
    steps = [np.flatnonzero(last - first > step) for step in range(WIDTH)]
    return np.concatenate(steps), np.concatenate([order[first[some] + step] for step, some in enumerate(steps)])


@dataclass(frozen=True)
class Lone:
    """People of whom the draft tells by itself, without any count: more than chance gives to anybody.

    `isolated` are those of whom a copy would tell so; of the others chance alone may tell as much.
    """

    told: int
    isolated: int

    @property
    def share(self) -> float:
        return self.told / max(self.told, self.isolated, 1)


@dataclass(frozen=True)
class Agreement:
    """What agreement in bits says: by count, one of several thresholds, and of single people."""

    hits: CopyHits
    lone: Lone


def agreement(
    train: Table,
    holdout: Table,
    draft: Table,
    names: Sequence[str],
    rng: np.random.Generator,
    *,
    follows: bool = False,
) -> Agreement:
    """Training people beside held-out ones, who are scored alike.

    A draft whose rows follow one person each (`follows`) tells of him by design: alone is told of only whose row is
    there as it is, or who has one upon him.
    """
    inside = np.repeat([True, False], [train.number_of_people, holdout.number_of_people])
    people = np.concatenate([train.people, holdout.people + train.number_of_people])
    real = joined((train, holdout))
    (kinds,) = evidence(real, people, [draft], names, rng)
    per_person = train.number_of_people / max(1, draft.number_of_people)
    tried = [hits for each in kinds for hits in _above_held_out(each.score, inside, per_person)]
    # distances are measured of held-out people, and of those of whom more is told than of any of them
    asked, order = ~inside | told_beyond(kinds[0], kinds[0].take(~inside)), by_content(real, names)
    rows = order[asked[people[order]]]
    points, drawn = place((real, draft), names)
    closer = closest(points, rows[some_rows(len(rows), SIDE, rng)], drawn, people)
    upon = lone_upon(closer[inside], kinds[0].take(inside), closer[~inside], kinds[0].take(~inside))
    if follows:
        of_real, of_draft = cell_keys((real, draft), names)
        met = np.zeros(len(inside), dtype=bool)
        met[people[equal_rows(of_real, of_draft)]] = True
        return Agreement(least_likely(tried), most_told([upon, _lone(kinds[0], inside, met)]))
    return Agreement(least_likely(tried), most_told([upon, *(_lone(each, inside) for each in kinds)]))


def closest(real: Points, rows: Array, draft: Points, people: Array) -> Array:
    """For each person by how many halvings a draft row is nearer to one of these rows of his than other real rows."""
    some = real.take(rows)
    gaps, near = nearest(some, real, skip=rows), nearest(some, draft)
    apart = (gaps > 0) & np.isfinite(gaps)
    closer = np.zeros(int(people.max(initial=-1)) + 1)
    halvings = np.log2(gaps[apart] / np.maximum(near[apart], gaps[apart] / 2**FINEST))
    np.maximum.at(closer, people[rows[apart]], halvings)
    return closer


def lone_upon(ours: Array, agreed: Agreed, unseen: Array, unseen_agreed: Agreed) -> Lone:
    """People told of by distance: noise on all numbers of somebody far out shows better there.

    Nearer than the tail of those whom the maker never saw allows, and more told of than any of them.
    """
    if not len(unseen):
        return Lone(0, 0)
    least = _tail(unseen, ALONE / max(1, len(ours)))
    told = told_beyond(agreed, unseen_agreed)
    whole = told_beyond(replace(agreed, told=agreed.whole), unseen_agreed)
    return Lone(int((told & (ours > least)).sum()), int(whole.sum()) if least < FINEST else 0)


def told_beyond(agreed: Agreed, unseen: Agreed) -> Array:
    """Who is told of by more than any of those whom the maker never saw."""
    return np.asarray(agreed.scores[1] > unseen.scores[1].max(initial=-math.inf))


def _above_held_out(score: Array, inside: Array, per_person: float) -> Iterator[CopyHits]:
    """Training people who stand above all of the held-out people but none, but two, but eight ...

    The chance that so many stand there is that of a lottery in which each place is a training person's by their share.
    """
    ours, theirs = score[inside], np.sort(score[~inside])[::-1]
    for count in ABOVE:
        if count < max(1, len(theirs) // 20):
            above = int((ours > theirs[count]).sum()) if len(theirs) else 0
            yield CopyHits(train=above, of_train=len(ours), holdout=count, of_holdout=len(theirs), scale=per_person)


def least_likely(tried: Sequence[CopyHits]) -> CopyHits:
    """Of several tests the one that chance explains least, corrected for how many were tried."""
    worst = min(tried, key=lambda hits: (hits.pvalue, -hits.excess))
    return replace(worst, exact=min(1.0, worst.pvalue * len(tried)))


def most_told(kinds: Sequence[Lone]) -> Lone:
    return max(kinds, key=lambda lone: (lone.told, lone.isolated))


def _lone(each: Agreed, inside: Array, among: Array | None = None) -> Lone:
    """`among`: the people of whom alone it can be; None: all."""
    bits = lone_bits(each.take(~inside), int(inside.sum()))
    ours = each.take(inside)
    told = ours.above(bits) if among is None else ours.above(bits) & among[inside]
    return Lone(int(told.sum()), int(ours.exposed(bits).sum()))


def lone_bits(outside: Agreed, people: int) -> tuple[float, float]:
    """How many bits chance does not give any of so many people: by the tail of those whom the maker never saw.

    Where these score alike there is no tail; fewer bits than tell one of so many from all others tell of nobody.
    """
    first, second = (_tail(score, ALONE / max(1, people)) for score in outside.scores)
    return max(first, (1 - OFFSET) * math.log2(max(1, people))), second


def _tail(scores: Array, allowed: float) -> float:
    """What such a share of people would have, if evidence goes on to thin out evenly with the bits, as chances do."""
    some = min(TAIL, len(scores) // 10)
    if some < 1:
        return math.inf
    top = np.sort(scores)[::-1][: some + 1].astype(float)
    return float(max(top[0], top[-1] + (top[:-1].mean() - top[-1]) * math.log(some / len(scores) / allowed)))
