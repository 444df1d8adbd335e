"""Columns of a table whose rows may not be looked at, as nobody has paid for a look: plain forms, nothing missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privsynth.dataset import Role, Table
from privsynth.people import Fabricator
from privsynth.people.makers import Maker
from privsynth.people.writers import CommonLevels
from privsynth.pii.entities import Trait, has
from privsynth.statistics import Taken

DAYS = (0.0, 18_262.0)  # since 1970, to the end of 2019: for dates of which nothing is declared


def unlearnt(table: Table) -> Fabricator:
    """Only what columns are, and what is declared of them, decides.

    Real values are not even avoided: that would tell which there are.
    """
    inventor = Fabricator.learn(replace(table, frame=table.frame.iloc[:0], origin=None), {}, Taken())
    names = ", ".join(f"'{maker.column.name}'" for maker in inventor.makers)
    note = (
        f"table '{table.name}': invented without a look at the rows, in a plain form and without missing "
        f"values: {names}."
    )
    return replace(inventor, makers=tuple(map(_plain, inventor.makers)), notes=[note] if names else [])


def _plain(maker: Maker) -> Maker:
    """A value in every row, each once where it names somebody; out of the declared levels or days if there are any."""
    unique = maker.column.role is Role.IDENTIFIER or has(maker.entity, Trait.ONE_PERSONS)
    maker, domain = replace(maker, missing=0.0, distinct=1.0, unique=unique and maker.days is None), maker.column.domain
    if maker.days is not None:
        return replace(maker, days=(domain.cuts[0], domain.cuts[-1]) if domain and domain.cuts else DAYS)
    if domain and domain.levels and not unique:
        words = np.array(domain.levels, dtype=object)
        return replace(maker, space=None, write=CommonLevels(words, np.arange(1, len(words) + 1) / len(words)))
    return maker
