"""All columns that are to be k-anonymous together, learnt once and then applied to any rows of the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.kinds import as_words
from privsynth.groups.alone import Protection, Secret
from privsynth.groups.axes import axis_of
from privsynth.groups.generalise import Cells, Tree, cells_of, grown, labels, width_lost
from privsynth.groups.hierarchy import Hierarchy, declared
from privsynth.groups.outliers import without_outliers
from privsynth.groups.rare import BLANK, SMALL, counted
from privsynth.groups.scales import Axis
from privsynth.measure.classical.diversity import Diversity, diversity
from privsynth.typing import Array

CLOSE = 1e-9  # how far a measured distance may lie over the limit by rounding


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What is asked of the cells, and of what may be told at all."""

    k: int  # people in each cell
    k_rare: int  # rows that must share a level, or lie beyond an end, before it is told
    l: int | None = None  # noqa: E741  its name everywhere; different secrets in each cell
    t: float | None = None  # how far the secrets of a cell may lie from those of the table
    suppress_max: float = 0.0  # share of the people who may be blanked


@dataclass(frozen=True, eq=False, kw_only=True)
class Anonymiser:
    """Cells of people who share their quasi-identifiers, and the words for them. It holds no row."""

    columns: Mapping[str, Column]  # as they are afterwards
    axes: tuple[Axis, ...] = field(repr=False)
    cells: Cells = field(repr=False)
    tree: Tree | None = field(repr=False)  # None: everything is blank
    lost: float  # mean width of a row's cell: 0 nothing, 1 everything
    suppressed: int  # rows whose quasi-identifiers were blanked
    notes: tuple[str, ...] = ()

    def apply(self, table: Table) -> dict[str, Array]:
        """The words of each row. A row that no cell has room for is blank: nobody who was learnt from is like it."""
        if self.tree is None:
            return {name: np.full(len(table), BLANK, dtype=object) for name in self.columns}
        of_row, cells = self.cell_of(table), self.cells
        return {axis.name: labels(axis, at, replace(cells, of_row=of_row)) for at, axis in enumerate(self.axes)}

    def cell_of(self, table: Table) -> Array:
        """The cell of each row; -1 for one that fits none."""
        if self.tree is None:
            return np.full(len(table), -1)
        codes = self._codes(table)
        return fitting(self.axes, codes, self.tree.cell_of(codes), self.cells)

    def widened(self, table: Table) -> Anonymiser:
        """Cells with room for these rows too, each in the one on whose side of all cuts it lies.

        For a stream: learn from a sample, widen by every batch, then apply. Cells of a sample are narrower than the
        people who belong there, so that many later rows would be blank. A level that the sample did not have stays
        blank: nothing is known of it.
        """
        if self.tree is None or not len(table):
            return self
        codes, low, high = self._codes(table), self.cells.low.copy(), self.cells.high.copy()
        of_row = self.tree.cell_of(codes)
        for at, (axis, code) in enumerate(zip(self.axes, codes, strict=True)):
            placed = ~np.isnan(code)
            bottom, top = axis.cover(code[placed])
            np.minimum.at(low[:, at], of_row[placed], bottom)
            np.maximum.at(high[:, at], of_row[placed], top)
        return replace(self, cells=replace(self.cells, low=low, high=high))

    def measured(self, table: Table) -> tuple[float, int]:
        """What these rows lose (as `lost`), and how many of them are blank."""
        of_row = self.cell_of(table)
        lost = 1.0 if self.tree is None else width_lost(self.axes, replace(self.cells, of_row=of_row))
        return (lost if len(table) else 0.0), int((of_row < 0).sum())

    def _codes(self, table: Table) -> list[Array]:
        return [axis.encode(_stored(table, axis)) for axis in self.axes]


def fitting(axes: Sequence[Axis], codes: Sequence[Array], of_row: Array, cells: Cells) -> Array:
    """The same cells, but -1 for rows for which the label of one of its columns would not be true."""
    fits = np.ones(len(of_row), dtype=bool)
    for at, (axis, code) in enumerate(zip(axes, codes, strict=True)):
        fits &= axis.fits(code, cells.low[of_row, at], cells.high[of_row, at])
    return np.where(fits, of_row, -1)


def learn_anonymiser(
    table: Table,
    names: Sequence[str],
    demands: Demands,
    *,
    people: Array,
    secrets: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
) -> Anonymiser:
    """Cells of these columns in which enough people (not rows) hide, with enough different secrets."""
    hierarchies = hierarchies or {}
    _check(table, names, secrets, hierarchies)
    if not names:
        return _without_cells({}, lost=0.0, suppressed=0)
    columns = {name: as_words(table[name]) for name in names}
    if not len(table) or len(np.unique(people)) < demands.k:
        return _all_blank(table, columns, demands)
    axes = tuple(
        declared(table, name, hierarchies[name]) if name in hierarchies else axis_of(table, name, demands.k_rare)
        for name in names
    )
    hidden = {name: _secret(table, name) for name in secrets if name not in names}
    _check_reachable(table, hidden, demands.l)
    protection = Protection.of(people, demands.k, list(hidden.values()), demands.l, demands.t)
    cells, tree = grown(axes, protection)
    most = int(demands.suppress_max * len(np.unique(people)) + CLOSE)
    trimmed = _trimmed(axes, cells, protection, tree, most)
    if not _all_close(trimmed, hidden, demands.t):
        trimmed = cells  # the table's secrets are spread otherwise without those rows: none is blanked then
    blank, lost = trimmed.of_row < 0, width_lost(axes, trimmed)
    return Anonymiser(
        columns=columns,
        axes=tuple(axis.without_rows() for axis in axes),
        cells=replace(trimmed, of_row=np.empty(0, dtype=np.int64)),
        tree=tree,
        lost=lost,
        suppressed=int(blank.sum()),
        notes=(
            f"table {table.name}: {_summary(axes, trimmed, demands.k, lost)}; {_blanked(people, blank)}",
            *_secret_notes(table, trimmed, hidden, demands),
        ),
    )


def _trimmed(axes: Sequence[Axis], cells: Cells, protection: Protection, tree: Tree, most: int) -> Cells:
    """Without outliers; which row is out is decided by the cells alone, as it will be for rows that come later."""
    trimmed = without_outliers(axes, cells, protection, most)
    codes = [axis.codes.astype(float) for axis in axes]
    return cells_of(axes, fitting(axes, codes, tree.cell_of([axis.codes for axis in axes]), trimmed), len(cells))


def _all_close(cells: Cells, hidden: Mapping[str, Secret], t: float | None) -> bool:
    return t is None or not any(_diversity(cells, secret).closeness > t + CLOSE for secret in hidden.values())


def _summary(axes: Sequence[Axis], cells: Cells, k: int, lost: float) -> str:
    return (
        f"{len(axes)} quasi-identifiers were generalised into {len(cells):,} cells of at least {k} people; "
        f"a row's cell spans {lost:.1%} of a column on average"
    )


def _blanked(people: Array, blank: Array) -> str:
    if not blank.any():
        return "no row was blanked"
    few = len(np.unique(people[blank]))
    share = f" ({few / len(np.unique(people)):.1%} of the people)" if few >= SMALL else ""
    return f"{counted(int(blank.sum()))}{share} that would have made cells wide were blanked"


def _secret_notes(table: Table, cells: Cells, hidden: Mapping[str, Secret], demands: Demands) -> Iterator[str]:
    for name, secret in hidden.items() if (demands.l or 1) > 1 or demands.t is not None else ():
        spread = _diversity(cells, secret)
        yield (
            f"table {table.name}, column {name}: each cell has at least {spread.distinct} different values, "
            f"t = {spread.closeness:.2f}"
        )


def _diversity(cells: Cells, secret: Secret) -> Diversity:
    inside = cells.of_row >= 0
    spread = diversity(cells.of_row[inside], secret.codes[inside], ordered=secret.ordered)
    return spread or Diversity(0, 0.0, 1.0)


def _secret(table: Table, name: str) -> Secret:
    """Numbers and dates as ranks, all else as levels; a missing value is a value, as for the gate."""
    ordered = table.values(name).dtype.kind in "fM"
    return Secret.of(pd.factorize(table.values(name), sort=ordered, use_na_sentinel=False)[0], ordered=ordered)


def _stored(table: Table, axis: Axis) -> Array:
    """Values as the axis was learnt from: a declared hierarchy names them as they are spelt."""
    return table.text(axis.name) if axis.spelt else table.values(axis.name)


def _all_blank(table: Table, columns: Mapping[str, Column], demands: Demands) -> Anonymiser:
    """Fewer than k people cannot hide among each other: their quasi-identifiers go, if the policy allows that."""
    if not len(table):
        return _without_cells(columns, lost=0.0, suppressed=0)
    if demands.suppress_max < 1:
        raise PolicyError(
            f"table {table.name} holds fewer than k = {demands.k} people: k cannot be reached.",
            hint="give more rows, drop the quasi-identifiers, or set backend.suppress_max to 1.",
        )
    note = f"table {table.name}: fewer than {demands.k} people; the quasi-identifiers of all rows were blanked"
    return replace(_without_cells(columns, lost=1.0, suppressed=len(table)), notes=(note,))


def _without_cells(columns: Mapping[str, Column], *, lost: float, suppressed: int) -> Anonymiser:
    nothing = np.empty((0, len(columns)), dtype=np.int64)
    cells = Cells(np.empty(0, dtype=np.int64), nothing, nothing)
    return Anonymiser(columns=columns, axes=(), cells=cells, tree=None, lost=lost, suppressed=suppressed)


def _check(table: Table, names: Sequence[str], secrets: Sequence[str], hierarchies: Mapping[str, Hierarchy]) -> None:
    for name in (*names, *secrets):
        if name not in table:
            raise PolicyError(
                f"table {table.name} has no column {name}.", hint=f"it has {len(table.columns)} others.", column=name
            )
    for name in hierarchies:
        if name not in names:
            raise PolicyError(
                f"column {name} has a hierarchy but is not k-anonymised.",
                hint="give it the step k_anonymise, or take the hierarchy away.",
            )


def _check_reachable(table: Table, hidden: Mapping[str, Secret], l: int | None) -> None:  # noqa: E741
    """No cell can be more diverse than the whole table. Any t can be reached: the table's distance from itself is 0."""
    for name, secret in hidden.items():
        values = len(np.unique(secret.codes))
        if l is not None and values < l:
            raise PolicyError(
                f"column {name} of table {table.name} holds {values} different values: l = {l} cannot be reached.",
                hint=f"ask for l = {values} at most, or take the role sensitive from the column.",
                column=name,
            )
