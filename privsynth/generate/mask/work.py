"""One masking run: the rows of each table in their old order, column by column as the plan says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Place, Role, Table, missing_like
from privsynth.generate.mask.memory import Memory
from privsynth.generate.mask.person_seeds import person_seeds, row_seeds
from privsynth.generate.mask.steps.anonymise import Anonymiser, learn_anonymiser
from privsynth.generate.mask.steps.choice import learn_step
from privsynth.generate.mask.steps.fitted import Fitted
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.texts import learn_scrub
from privsynth.generate.mask.texts.replacements import Replacements, replacements_of
from privsynth.generate.mask.tokens import Opaque
from privsynth.generate.mask.tokens.domains import Tokeniser, domains_of
from privsynth.keyring import Keyring
from privsynth.mask_plan import proposed_step
from privsynth.mask_steps import Drop, Encrypt, Invent, KAnonymise, Rewrite, Scrub, Shift, Step, Substitute, Token
from privsynth.options import Limits, MaskOptions
from privsynth.people import Fabricator
from privsynth.people.substitutes import substitutes
from privsynth.pii.analyzer import AUTO
from privsynth.spelling import Spelling
from privsynth.statistics import Statistics
from privsynth.typing import Array

Made = dict[str, tuple[Column, Array]]
SPARE = 6.0  # standard deviations by which a group of a part may fall short
TELLING = 0.05  # share of the rows with one value, from which on its token is known by its frequency


def planned(data: Dataset, options: MaskOptions) -> Dataset:
    """Each column with its step; where nobody planned, the role decides."""
    return data.replace_tables(*(_with_steps(table, data.key_columns(table.name), options) for table in data))


def _with_steps(table: Table, keys: set[str], options: MaskOptions) -> Table:
    return table.with_columns(
        *(replace(c, step=c.step or proposed_step(c, joins=c.name in keys, options=options)) for c in table.columns)
    )


@dataclass(eq=False)
class Work:
    """One run over all tables. `notes` says what a person should know, in names and counts."""

    data: Dataset
    statistics: Statistics
    memory: Memory
    options: MaskOptions
    limits: Limits
    k: int
    nlp: str = AUTO
    notes: list[str] = field(default_factory=list)

    @property
    def ring(self) -> Keyring:
        return self.memory.ring

    @cached_property
    def seeds(self) -> Mapping[str, Array]:
        """For each table the number of each row's person."""
        return person_seeds(self.data, self.ring, self.memory.rows)

    @cached_property
    def moves(self) -> Mapping[str, Array]:
        """The number that the dates of each row move by: one for all that hangs together by keys, so that an account is still opened before its card."""
        together = self.data.hanging_together()
        every = pd.DataFrame(
            {
                "whole": np.concatenate([*together.values()]),
                "seed": np.concatenate([self.seeds[name] for name in together]),
            }
        )
        least = every.groupby("whole")["seed"].min()
        return {**self.seeds, **{name: least.reindex(codes).to_numpy() for name, codes in together.items()}}

    @cached_property
    def tokens(self) -> Mapping[Place, Tokeniser]:
        """For each column of tokens what turns its values into them; columns of one domain share it."""
        found: dict[Place, Tokeniser] = {}
        for domain in domains_of(self.data, self.ring):
            how = domain.learnt(self.ring, self.statistics.taken, self.memory)
            self.notes.extend(how.notes)
            found |= dict.fromkeys(domain.places, how)
        return found

    def masked(self) -> dict[str, Table]:
        """All columns of all tables; sentences last, because in them stands what the columns became."""
        made = {table.name: self._columns(table) for table in self.data.parents_first()}
        real = {table.name: table for table in self.data}
        if any(isinstance(column.step, Scrub) for table in self.data for column in table.columns):
            known = replacements_of(
                (real[name], _table(real[name], columns), self.seeds[name]) for name, columns in made.items()
            )
            for name, columns in made.items():
                columns |= {
                    column.name: self._scrubbed(real[name], column, known)
                    for column in _with_step(real[name].columns, Scrub)
                }
        for table in self.data:
            self.memory.rows[table.name] = self.memory.rows.get(table.name, 0) + len(table)
        return {name: _table(real[name], columns) for name, columns in made.items()}

    def _columns(self, table: Table) -> Made:
        """People last: they agree with what is told of the row, and must not tell what was made coarser there."""
        made: Made = {}
        for part in (self._tokens, self._substitutes, self._groups, self._rest):
            made |= part(
                table,
                [column for column in table.columns if not isinstance(column.step, Invent | Rewrite | Drop | Scrub)],
            )
        return made | self._people(table, _with_step(table.columns, Invent, Rewrite), _table(table, made).frame)

    def _tokens(self, table: Table, columns: Sequence[Column]) -> Made:
        mine = _with_step(columns, Token, Encrypt)
        self.notes.extend(_frequent(table, mine))
        return {column.name: self._token(table, column) for column in mine}

    def _token(self, table: Table, column: Column) -> tuple[Column, Array]:
        how = self.tokens[table.name, column.name]
        made = how.of(table.key_text(column.name))
        if isinstance(how, Opaque):
            return replace(column, fabricated=True, kind=Kind.TEXT, spelling=Spelling(null=column.spelling.null)), made
        return replace(column, fabricated=True), made.astype(np.float64) if column.kind.is_numeric else made

    def _people(self, table: Table, columns: Sequence[Column], told: pd.DataFrame) -> Made:
        """Invented people in place of real ones; what was missing stays missing. `told` are the columns made before."""
        mine = [_invented(column) for column in columns]
        if not mine:
            return {}
        seeds, kin = self.seeds[table.name], self.memory.kin
        learnt = self.memory.once(("people", table.name), lambda: self._fabricator(table, mine))
        kin.meet(learnt)
        fabricator, told = kin.settled(kin.dressed(learnt), told, seeds)
        several = len(np.unique(seeds)) < len(seeds)
        own = row_seeds(table, [c.name for c in mine], self.ring) if several else seeds
        made = fabricator.make_from(told, own, of_entity=seeds, gender=kin.gender(fabricator, told, seeds))
        self.notes.extend(fabricator.notes)
        return {
            c.name: (replace(table[c.name], fabricated=True), _blanked(made[c.name], pd.isna(table.values(c.name))))
            for c in mine
        }

    def _fabricator(self, table: Table, mine: Sequence[Column]) -> Fabricator:
        entity = self.data.person_column(table.name)
        aside = [replace(c, role=Role.PLAIN) for c in table.columns if c.role.is_fabricated]
        part = replace(table, person=entity).with_columns(*aside).with_columns(*mine)
        kin = self.memory.kin
        learnt = Fabricator.learn(
            part, self.statistics[table.name], self.statistics.taken, kin.locale, kin.home
        ).without_missing()
        return (
            replace(learnt, expected=self.memory.rows_expected, notes=learnt.notes)
            if self.memory.rows_expected
            else learnt
        )

    def _substitutes(self, table: Table, columns: Sequence[Column]) -> Made:
        """Another value of the same kind for each value."""
        mine = _with_step(columns, Substitute)
        self.notes.extend(_frequent(table, mine))
        return {column.name: (replace(column, fabricated=True), self._substituted(table, column)) for column in mine}

    def _substituted(self, table: Table, column: Column) -> Array:
        """The substitute follows from the value and the kind of its column, so that a name is the same one in every table."""
        texts = table.key_text(column.name)
        codes, known = pd.factorize(pd.Series(texts, dtype=object))
        seeds = np.append(
            self.ring.seeds(f"substitute/{column.entity or column.name.casefold()}", known), np.uint64(0)
        )[codes]
        key = column.role is Role.IDENTIFIER
        return substitutes(
            _invented(column),
            table.values(column.name),
            seeds,
            taken=self.statistics.taken,
            locale=self.memory.kin.locale,
            injective=key or None,
        )

    def _groups(self, table: Table, columns: Sequence[Column]) -> Made:
        """Ranges, groups and prefixes that at least k people share."""
        mine = _with_step(columns, KAnonymise)
        if not mine:
            return {}
        names = tuple(column.name for column in mine)
        learnt = self.memory.once(("groups", table.name), lambda: self._anonymiser(table, mine))
        self.notes.extend(learnt.notes)
        values = learnt.apply(table)
        return {name: (learnt.columns[name], values[name]) for name in names}

    def _anonymiser(self, table: Table, mine: Sequence[Column]) -> Anonymiser:
        """Groups so large that not only the smallest is large enough, but also the chance of pointing at the right one of them.

        Where more rows will come, so large that in no other part one of them falls below k by chance.
        """
        k, limits = self.k, self.limits
        if self.memory.rows_expected is not None:
            k = math.ceil(((SPARE + math.sqrt(SPARE**2 + 4 * k)) / 2) ** 2)
        most = min(limits.linkage_max, limits.average_risk_max or 1.0)
        while True:
            learnt = self._groups_of(table, mine, k)
            cells = learnt.cell_of(table)
            there = cells >= 0
            people = len(np.unique(table.people[there]))
            average = len(np.unique(cells[there])) / max(1, people)
            if (
                average <= most or average * k > most * people
            ):  # enough, or more than there are people: then the gates decide
                return reduce(Anonymiser.widened, self.memory.parts, learnt)
            k = max(k + 1, math.ceil(k * average / most))

    def _groups_of(self, table: Table, mine: Sequence[Column], k: int) -> Anonymiser:
        names = [column.name for column in mine]
        return learn_anonymiser(
            table,
            names,
            table.people,
            k=k,
            l=max(self.options.l or 1, self.limits.l_min or 1),
            t=self.options.t,
            secrets=[
                c.name for c in table.of_role(Role.SENSITIVE) if c.name not in names and not isinstance(c.step, Drop)
            ],
            suppress_max=self.options.suppress_max
            if self.memory.rows_expected is None or self.options.suppress_max == 1
            else 0.0,
            k_rare=self.limits.k_rare,
            hierarchies={c.name: c.step.hierarchy for c in mine if isinstance(c.step, KAnonymise) and c.step.hierarchy},
        )

    def _scrubbed(self, table: Table, column: Column, known: Replacements) -> tuple[Column, Array]:
        shift = next((c.step for c in table.columns if isinstance(c.step, Shift)), Shift())
        learnt = learn_scrub(self._lesson(table, column), known, shift=shift, nlp=self.nlp)
        made = learnt.apply(table, self.seeds[table.name], self.moves[table.name])
        self.notes.extend(learnt.notes)  # they count while it is applied
        return learnt.column, made

    def _rest(self, table: Table, columns: Sequence[Column]) -> Made:
        """Every other column by itself."""
        made: Made = {}
        for column in (c for c in columns if not isinstance(c.step, Token | Encrypt | Substitute | KAnonymise)):
            learnt = self.memory.once(("column", table.name, column.name), partial(self._learnt, table, column))
            seeds = self.moves if isinstance(column.step, Shift) else self.seeds
            made[column.name] = learnt.column, learnt.apply(table, seeds[table.name])
            self.notes.extend(learnt.notes)
        return made

    def _learnt(self, table: Table, column: Column) -> Fitted:
        return learn_step(_step_of(column), self._lesson(table, column))

    def _lesson(self, table: Table, column: Column) -> Lesson:
        return Lesson(table, column.name, k=self.k, k_rare=self.limits.k_rare, people=table.people)


def _table(table: Table, made: Made) -> Table:
    """The columns that were made, in the order of the table."""
    columns = tuple(made[column.name][0] for column in table.columns if column.name in made)
    frame = pd.DataFrame(
        {column.name: pd.Series(made[column.name][1], dtype=column.kind.dtype) for column in columns},
        index=range(len(table)),
    )
    return replace(table, columns=columns, frame=frame, person=table.person if table.person in made else None)


def _with_step(columns: Sequence[Column], *steps: type[Step]) -> list[Column]:
    return [column for column in columns if isinstance(column.step, steps)]


def _step_of(column: Column) -> Step:
    if column.step is None:
        raise ValueError("every column has a step once the plan is made")
    return column.step


def _invented(column: Column) -> Column:
    """The column as somebody who invents it must see it: as what names a person, or as sentences."""
    if isinstance(column.step, Rewrite):
        return replace(column, role=Role.FREE_TEXT)
    return column if column.role in (Role.DIRECT, Role.FREE_TEXT) else replace(column, role=Role.DIRECT)


def _frequent(table: Table, columns: Sequence[Column]) -> list[str]:
    """Equal values stay equal here, so that a value known to be common is found by how common it is."""
    shares = {
        column.name: float(table.frame[column.name].value_counts(normalize=True, dropna=True).max())
        for column in columns
        if table.frame[column.name].notna().any()
    }
    return [
        f"table {table.name}, column {name}: one value holds {share:.0%} of the rows, and so does what stands for it: "
        "who knows which value is that common reads it; redact, generalise or drop would not show it"
        for name, share in shares.items()
        if share > TELLING and len(table) >= 1 / TELLING
    ]


def _blanked(values: Array, missing: Array) -> Array:
    out = values.copy()
    out[missing] = missing_like(out)
    return out
