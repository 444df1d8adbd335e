"""How often the values of each column are there, and how often none is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured, total_variation
from privsynth.measure.fidelity.kept import STRAY, SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

TELLING = 10  # missing values
MOST = 20  # columns with missing values that are looked at together
OFTEN = 0.9  # of the rows
HIDDEN = 8.0  # exceptions that would have been expected where not one was seen, beyond which chance hides none


def columns_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column the share of rows that need not change for its values to be as often as in the real rows."""
    for name in sides.names:
        count, places = sides.bins[name]
        shares = [np.bincount(side, minlength=count) / max(1, len(side)) for side in places]
        kept, fresh = (1 - total_variation(shares[0], other) for other in shares[1:])
        yield Kept(
            aspect="columns",
            where=(name,),
            kept=kept,
            fresh=fresh,
            noise=STRAY / float(np.sqrt(max(1, sides.size))),
            rows=sides.size,
            words=f"{name}: {percent(1 - kept)} of the rows would have to change, {percent(1 - fresh)} of as many "
            f"real ones{_where_to(sides, name)}",
        )


def _where_to(sides: ThreeSides, name: str) -> str:
    """On which side of the middle of the real ones numbers or dates came to lie, where it is no chance."""
    if not is_measured(sides.real, [sides.synthetic], name):
        return ""
    real, made = (as_number(table.values(name)) for table in (sides.real, sides.synthetic))
    real, made = real[~np.isnan(real)], made[~np.isnan(made)]
    if not len(real) or not len(made):
        return ""
    middle = float(np.median(real))
    above, below = (
        float(beyond(made, middle).mean() - beyond(real, middle).mean()) for beyond in (np.greater, np.less)
    )
    more = max(above, below)
    if more <= STRAY / np.sqrt(len(made)):
        return ""
    side = "above" if above == more else "below"
    return f"; {percent(more)} more of them than of the real ones lie {side} the middle of these"


def gaps_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column with missing values how many there are; too many are a loss as too few are."""
    for name in sides.names:
        count, places = sides.bins[name]
        gone = [float((side == count - 1).mean()) for side in places]
        common = max(gone[1:]) * sides.size
        if common >= TELLING:
            yield _missing(name, gone, sides.size)


def gaps_together(sides: ThreeSides) -> Iterator[Kept]:
    """For each column whose gaps are gaps of another column in every real row: whether they still are."""
    for name, gaps in (gone := _gaps(sides)).items():
        partners = [other for other in gone if other != name and _always(gaps, gone[other])]
        found = [_together(name, other, gaps, gone[other]) for other in partners]
        yield from sorted(found, key=lambda kept: kept.at_most)[:1]


def _gaps(sides: ThreeSides) -> dict[str, list[Array]]:
    """Where values are missing on each side, of columns with enough gaps to tell; the commonest ones."""
    gone = {name: [side == count - 1 for side in places] for name, (count, places) in sides.bins.items()}
    telling = [n for n, each in gone.items() if min(map(np.sum, each)) >= TELLING and not each[0].all()]
    return {name: gone[name] for name in sorted(telling, key=lambda n: -int(gone[n][0].sum()))[:MOST]}


def _always(gaps: list[Array], others: list[Array]) -> bool:
    """In the rows of both real sides; where the other is hardly ever known this says nothing."""
    return all(
        theirs[ours].all() and theirs.mean() < OFTEN for ours, theirs in list(zip(gaps, others, strict=True))[::2]
    )


def _together(name: str, other: str, gaps: list[Array], others: list[Array]) -> Kept:
    rows = int(gaps[1].sum())
    kept = float(others[1][gaps[1]].mean())
    return Kept(
        aspect="gaps",
        where=(name, other),
        kept=kept,
        fresh=1.0,
        noise=HIDDEN / int(gaps[0].sum() + gaps[2].sum()),
        rows=rows,
        words=f"where {name} is missing {other} is missing in {percent(kept)} of the rows, in all real ones",
    )


def _missing(name: str, gone: list[float], rows: int) -> Kept:
    _, synthetic, fresh = gone
    most = max(synthetic, fresh)
    return Kept(
        aspect="gaps",
        where=(name,),
        kept=min(synthetic, fresh) / most,
        fresh=1.0,
        noise=SURE * float(np.sqrt(2 * most * (1 - most / 2) / rows)) / most,
        rows=rows,
        words=f"{name} is missing in {percent(synthetic)} of the rows, in {percent(fresh)} of as many real ones",
        weight=min(1.0, 2 * float(np.sqrt(most))),
    )
