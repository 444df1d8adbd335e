"""All columns that are to be k-anonymous together, learnt once and then applied to any rows of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import PolicyError
from privsynth.groups.alone import Protection, Secret
from privsynth.groups.axes import axis_of
from privsynth.groups.generalise import Cells, Tree, cells_of, grown, width_lost, words_of
from privsynth.groups.hierarchy import Hierarchy, declared
from privsynth.groups.outliers import without_outliers
from privsynth.groups.rare import BLANK, SMALL, counted
from privsynth.groups.scales import Axis
from privsynth.measure.classical.diversity import Diversity, diversity
from privsynth.spelling import Spelling
from privsynth.typing import Array

CLOSE = 1e-9  # how far a measured distance may lie over the limit by rounding


@dataclass(frozen=True, eq=False)
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
        of_row = self.cell_of(table)
        made = {}
        for at, axis in enumerate(self.axes):
            words = np.append(words_of(axis, self.cells.low[:, at], self.cells.high[:, at]), BLANK)
            made[axis.name] = words[of_row]
        return made

    def cell_of(self, table: Table) -> Array:
        """The cell of each row; -1 for one that fits none."""
        if self.tree is None:
            return np.full(len(table), -1)
        codes = self._codes(table)
        return fitting(self.axes, codes, self.tree.cell_of(codes), self.cells)

    def widened(self, table: Table) -> Anonymiser:
        """Cells with room for these rows too, each in the one on whose side of all cuts it lies.

        For a stream: learn from a sample, widen by every batch, then apply. Cells of a sample are narrower than the people
        who belong there, so that many later rows would be blank. What nothing can be said of stays blank: a level that the
        sample did not have.
        """
        if self.tree is None or not len(table):
            return self
        codes, low, high = self._codes(table), self.cells.low.copy(), self.cells.high.copy()
        of_row = self.tree.cell_of(codes)
        for at, (axis, code) in enumerate(zip(self.axes, codes, strict=True)):
            known = ~np.isnan(code)
            bottom, top = axis.cover(code[known])
            np.minimum.at(low[:, at], of_row[known], bottom)
            np.maximum.at(high[:, at], of_row[known], top)
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
    people: Array,
    *,
    k: int,
    l: int | None,  # noqa: E741  its name everywhere
    t: float | None,
    secrets: Sequence[str],
    suppress_max: float,
    k_rare: int,
    hierarchies: Mapping[str, Hierarchy] | None = None,
) -> Anonymiser:
    """Cells of at least k people (groups count people, not rows) with l different secrets, no farther than t from the table's."""
    hierarchies = hierarchies or {}
    _check(table, names, secrets, hierarchies)
    if not names:
        return Anonymiser({}, (), _no_cells(0), None, 0.0, 0)
    columns = {
        name: replace(table[name], kind=Kind.CATEGORY, spelling=Spelling(null=table[name].spelling.null), domain=None)
        for name in names
    }
    if not len(table) or len(np.unique(people)) < k:
        return _all_blank(table, columns, k, suppress_max)
    axes = tuple(
        declared(table, name, hierarchies[name]) if name in hierarchies else axis_of(table, name, k_rare)
        for name in names
    )
    hidden = {name: _secret(table, name) for name in secrets if name not in names}
    _check_reachable(table, hidden, l)
    crowd = Protection.of(people, k, list(hidden.values()), l, t)
    cells, tree = grown(axes, crowd)
    trimmed = _trimmed(axes, cells, crowd, tree, int(suppress_max * len(np.unique(people)) + CLOSE))
    if t is not None and any(_of(trimmed, secret).closeness > t + CLOSE for secret in hidden.values()):
        trimmed = cells  # the table's secrets are spread otherwise without those rows: none is blanked then
    return _made(table, columns, axes, trimmed, tree, crowd, hidden)


def _trimmed(axes: Sequence[Axis], cells: Cells, crowd: Protection, tree: Tree, most: int) -> Cells:
    """Without outliers; which row is out is decided by the cells alone, as it will be for rows that come later."""
    trimmed = without_outliers(axes, cells, crowd, most)
    codes = [axis.codes.astype(float) for axis in axes]
    return cells_of(axes, fitting(axes, codes, tree.cell_of([axis.codes for axis in axes]), trimmed), len(cells))


def _made(
    table: Table,
    columns: Mapping[str, Column],
    axes: Sequence[Axis],
    cells: Cells,
    tree: Tree,
    crowd: Protection,
    hidden: Mapping[str, Secret],
) -> Anonymiser:
    blank, lost = cells.of_row < 0, width_lost(axes, cells)
    who = np.arange(len(table)) if crowd.people is None else crowd.people
    notes = [
        f"table {table.name}: {len(axes)} quasi-identifiers were generalised into {len(cells):,} cells of at least {crowd.k} people; "
        f"a row's cell spans {lost:.1%} of a column on average; {_blanked(int(blank.sum()), len(np.unique(who[blank])), len(np.unique(who)))}"
    ]
    for name, secret in hidden.items() if (crowd.l or 1) > 1 or crowd.t is not None else ():
        found = _of(cells, secret)
        notes.append(
            f"table {table.name}, column {name}: each cell has at least {found.distinct} different values, t = {found.closeness:.2f}"
        )
    bare = replace(cells, of_row=np.empty(0, dtype=np.int64))
    return Anonymiser(
        columns, tuple(axis.without_rows() for axis in axes), bare, tree, lost, int(blank.sum()), tuple(notes)
    )


def _blanked(rows: int, people: int, of: int) -> str:
    if not rows:
        return "no row was blanked"
    share = f" ({people / of:.1%} of the people)" if people >= SMALL else ""
    return f"{counted(rows)}{share} that would have made cells wide were blanked"


def _of(cells: Cells, secret: Secret) -> Diversity:
    inside = cells.of_row >= 0
    found = diversity(cells.of_row[inside], secret.codes[inside], ordered=secret.ordered)
    return found or Diversity(0, 0.0, 1.0)


def _secret(table: Table, name: str) -> Secret:
    """Numbers and dates as ranks, all else as levels; a missing value is a value, as for the gate."""
    ordered = table.values(name).dtype.kind in "fM"
    return Secret.of(pd.factorize(table.values(name), sort=ordered, use_na_sentinel=False)[0], ordered=ordered)


def _stored(table: Table, axis: Axis) -> Array:
    """Values as the axis was learnt from: a declared hierarchy names them as they are spelt."""
    return table.text(axis.name) if axis.spelt else table.values(axis.name)


def _all_blank(table: Table, columns: Mapping[str, Column], k: int, suppress_max: float) -> Anonymiser:
    """Fewer than k people cannot hide among each other: nothing is left of their quasi-identifiers, if the policy allows that."""
    if len(table) and suppress_max < 1:
        raise PolicyError(
            f"table {table.name} holds fewer than k = {k} people: k cannot be reached.",
            hint="give more rows, drop the quasi-identifiers, or set backend.suppress_max to 1.",
        )
    notes = (
        [f"table {table.name}: fewer than {k} people; the quasi-identifiers of all rows were blanked"]
        if len(table)
        else []
    )
    return Anonymiser(columns, (), _no_cells(len(columns)), None, 1.0 if len(table) else 0.0, len(table), tuple(notes))


def _no_cells(columns: int) -> Cells:
    return Cells(
        np.empty(0, dtype=np.int64), np.empty((0, columns), dtype=np.int64), np.empty((0, columns), dtype=np.int64)
    )


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
    """The whole table is as diverse as anything made of it can be; its distance from itself is nothing, so that any t can be reached."""
    for name, secret in hidden.items():
        held = len(np.unique(secret.codes))
        if l is not None and held < l:
            raise PolicyError(
                f"column {name} of table {table.name} holds {held} different values: l = {l} cannot be reached.",
                hint=f"ask for l = {held} at most, or take the role sensitive from the column.",
                column=name,
            )
