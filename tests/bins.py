"""One column as a quasi-identifier, for the tests of what is made of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Domain, Kind, Role, Table
from privsynth.groups.axes import axis_of
from privsynth.groups.scales import Axis
from privsynth.spelling import Spelling


def column_of(
    values: list[object],
    kind: Kind = Kind.CATEGORY,
    entity: str | None = None,
    decimals: int = 0,
    domain: Domain | None = None,
) -> Table:
    dtype = "float64" if kind.is_numeric else "datetime64[us]" if kind is Kind.DATE else object
    column = Column("c", kind, role=Role.QUASI, entity=entity, spelling=Spelling(decimals=decimals), domain=domain)
    return Table("t", (column,), pd.DataFrame({"c": pd.Series(values, dtype=dtype)}))


def axis(
    values: list[object],
    kind: Kind = Kind.CATEGORY,
    entity: str | None = None,
    k_rare: int = 1,
    decimals: int = 0,
    domain: Domain | None = None,
) -> Axis:
    return axis_of(column_of(values, kind, entity, decimals, domain), "c", k_rare)


def fits(over: Axis, values: list[object], kind: Kind, low: int, high: int) -> list[bool]:
    """Whether the label of a run of bins is true of values that were not learnt."""
    codes = over.encode(column_of(values, kind).values("c"))
    return [bool(one) for one in over.fits(codes, np.full(len(codes), low), np.full(len(codes), high))]
