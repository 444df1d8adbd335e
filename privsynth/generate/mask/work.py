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
from privsynth.generate.mask.steps.anonymise import Anonymiser, Demands, learn_anonymiser
from privsynth.generate.mask.steps.choice import learn_step
from privsynth.generate.mask.steps.fitted import Fitted
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.texts import learn_scrub
from privsynth.generate.mask.texts.replacements import Replacements, replacements_of
from privsynth.generate.mask.tokens import Opaque
from privsynth.generate.mask.tokens.domains import Tokeniser, domains_of
from privsynth.keyring import Keyring
from privsynth.mask_plan import one_to_one, proposed_step
from privsynth.mask_steps import Blur, Drop, Encrypt, Invent, KAnonymise, Rewrite, Scrub, Shift, Step, Substitute, Token
from privsynth.measure.given_back import deciders
from privsynth.options import MaskOptions
from privsynth.people import Fabricator
from privsynth.people.substitutes import substitutes
from privsynth.pii.analyzer import AUTO
from privsynth.spelling import Spelling
from privsynth.statistics import Statistics
from privsynth.typing import Array

Masked = dict[str, tuple[Column, Array]]  # columns as they are afterwards, with their values
SPARE = 6.0  # standard deviations by which a group of a part may fall short
TELLING = 0.05  # share of the rows with one value, from which on its token is known by its frequency


def planned(data: Dataset, options: MaskOptions) -> Dataset:
    """Each column with its step; where the policy names none, the role decides."""
    return data.replace_tables(*(_with_steps(table, one_to_one(data, table.name), options) for table in data))


def _with_steps(table: Table, keys: set[str], options: MaskOptions) -> Table:
    return table.with_columns(
        *(replace(c, step=c.step or proposed_step(c, is_key=c.name in keys, options=options)) for c in table.columns)
    )


def in_groups_too(data: Dataset, memory: Memory) -> Dataset:
    """What says the same as a column in groups, or decides it, goes into the groups with it: it would give it away.

    Of a stream the first part says which columns these are.
    """
    return data.replace_tables(*(_in_groups_too(table, data.people_of(table.name), memory) for table in data))


def _in_groups_too(table: Table, people: Array, memory: Memory) -> Table:
    in_groups = [column.name for column in _with_step(table.columns, KAnonymise)]
    as_they_are = [column.name for column in table.columns if column.step == Blur()]
    telling = memory.once(("telling", table.name), lambda: deciders(table, people, in_groups, as_they_are))
    return table.with_columns(*(replace(table[name], step=KAnonymise()) for name in telling))


def told_of_groups(planned: Dataset, grouped: Dataset) -> list[str]:
    """Which columns went into groups because others are in groups."""
    return [
        f"table {table.name}: {', '.join(names)} is made coarser with the quasi-identifiers: what they say follows "
        "from it, and would come back"
        for table in planned
        if (names := [column.name for column in table.columns if column.step != grouped[table.name][column.name].step])
    ]


@dataclass(eq=False, kw_only=True)
class Work:
    """One run over all tables. `notes` tells the user what to know, in names and counts."""

    data: Dataset
    statistics: Statistics
    memory: Memory
    demands: Demands
    average_max: float  # largest average chance of pointing at the right person of a group
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
    def people(self) -> Mapping[str, Array]:
        """For each table whose row each row is: what k counts."""
        return {table.name: self.data.people_of(table.name) for table in self.data}

    @cached_property
    def moves(self) -> Mapping[str, Array]:
        """The number that the dates of each row move by.

        It is one for all rows that hang together by keys, so that an account is still opened before its card.
        """
        wholes = self.data.hanging_together()
        rows = pd.DataFrame(
            {
                "whole": np.concatenate([*wholes.values()]),
                "seed": np.concatenate([self.seeds[name] for name in wholes]),
            }
        )
        least = rows.groupby("whole")["seed"].min()
        return {**self.seeds, **{name: least.reindex(codes).to_numpy() for name, codes in wholes.items()}}

    @cached_property
    def tokens(self) -> Mapping[Place, Tokeniser]:
        """For each column of tokens what turns its values into them; columns of one domain share it."""
        tokenisers: dict[Place, Tokeniser] = {}
        for domain in domains_of(self.data, self.ring):
            tokeniser = domain.learnt(self.ring, self.statistics.taken, self.memory)
            self.notes.extend(tokeniser.notes)
            tokenisers |= dict.fromkeys(domain.places, tokeniser)
        return tokenisers

    def masked(self) -> dict[str, Table]:
        """All columns of all tables; sentences last, because they hold what the columns became."""
        masked = {table.name: self._columns(table) for table in self.data.parents_first()}
        if any(_with_step(table.columns, Scrub) for table in self.data):
            self._scrub(masked)
        for table in self.data:
            self.memory.rows[table.name] = self.memory.rows.get(table.name, 0) + len(table)
        return {name: _table(self.data[name], columns) for name, columns in masked.items()}

    def _scrub(self, masked: dict[str, Masked]) -> None:
        """Adds the scrubbed columns of all tables."""
        replacements = replacements_of(
            (self.data[name], _table(self.data[name], columns), self.seeds[name]) for name, columns in masked.items()
        )
        for name, columns in masked.items():
            table = self.data[name]
            for column in _with_step(table.columns, Scrub):
                columns[column.name] = self._scrubbed(table, column, replacements)

    def _columns(self, table: Table) -> Masked:
        """People last: they agree with what the output shows of the row, and must not show what was made coarser."""
        columns = [c for c in table.columns if not isinstance(c.step, Invent | Rewrite | Drop | Scrub)]
        masked: Masked = {}
        for some in (self._tokens, self._substitutes, self._groups, self._rest):
            masked |= some(table, columns)
        return masked | self._people(table, _with_step(table.columns, Invent, Rewrite), _table(table, masked).frame)

    def _tokens(self, table: Table, columns: Sequence[Column]) -> Masked:
        tokens = _with_step(columns, Token, Encrypt)
        self.notes.extend(_frequent(table, tokens))
        return {column.name: self._token(table, column) for column in tokens}

    def _token(self, table: Table, column: Column) -> tuple[Column, Array]:
        tokeniser = self.tokens[table.name, column.name]
        tokens = tokeniser.of(table.key_text(column.name))
        column = replace(column, fabricated=True)
        if isinstance(tokeniser, Opaque):
            return replace(column, kind=Kind.TEXT, spelling=Spelling(null=column.spelling.null)), tokens
        return column, tokens.astype(np.float64) if column.kind.is_numeric else tokens

    def _people(self, table: Table, columns: Sequence[Column], output: pd.DataFrame) -> Masked:
        """Invented people in place of real ones; missing values stay missing. `output`: the columns masked before."""
        wanted = [_invented(column) for column in columns]
        if not wanted:
            return {}
        seeds, kin = self.seeds[table.name], self.memory.kin
        learnt = self.memory.once(("people", table.name), lambda: self._fabricator(table, wanted))
        kin.meet(learnt)
        fabricator, context = kin.settled(kin.dressed(learnt), output, seeds)
        several = len(np.unique(seeds)) < len(seeds)
        own = row_seeds(table, [c.name for c in wanted], self.ring) if several else seeds
        gender = kin.gender(fabricator, context, seeds)
        invented = fabricator.make_from(context, own, of_person=seeds, gender=gender)
        self.notes.extend(fabricator.notes)
        return {
            c.name: (replace(table[c.name], fabricated=True), _blanked(invented[c.name], pd.isna(table.values(c.name))))
            for c in wanted
        }

    def _fabricator(self, table: Table, wanted: Sequence[Column]) -> Fabricator:
        others = [replace(c, role=Role.PLAIN) for c in table.columns if c.role.is_fabricated]
        whose = replace(table, person=self.data.person_column(table.name)).with_columns(*others).with_columns(*wanted)
        kin, statistics = self.memory.kin, self.statistics
        fabricator = Fabricator.learn(whose, statistics[table.name], statistics.taken, kin.locale, kin.home)
        fabricator = fabricator.without_missing()
        if not self.memory.rows_expected:
            return fabricator
        return replace(fabricator, expected=self.memory.rows_expected, notes=fabricator.notes)

    def _substitutes(self, table: Table, columns: Sequence[Column]) -> Masked:
        """Another value of the same kind for each value."""
        columns = _with_step(columns, Substitute)
        self.notes.extend(_frequent(table, columns))
        return {c.name: (replace(c, fabricated=True), self._substituted(table, c)) for c in columns}

    def _substituted(self, table: Table, column: Column) -> Array:
        """It follows from the value and the kind of its column, so that a name has one substitute in every table."""
        texts = table.key_text(column.name)
        codes, distinct = pd.factorize(pd.Series(texts, dtype=object))
        seeds = self.ring.seeds(f"substitute/{column.entity or column.name.casefold()}", distinct)
        return substitutes(
            _invented(column),
            table.values(column.name),
            np.append(seeds, np.uint64(0))[codes],
            taken=self.statistics.taken,
            locale=self.memory.kin.locale,
            injective=column.role is Role.IDENTIFIER or None,
        )

    def _groups(self, table: Table, columns: Sequence[Column]) -> Masked:
        """Ranges, groups and prefixes that at least k people share."""
        quasi = _with_step(columns, KAnonymise)
        if not quasi:
            return {}
        anonymiser = self.memory.once(("groups", table.name), lambda: self._anonymiser(table, quasi))
        self.notes.extend(anonymiser.notes)
        values = anonymiser.apply(table)
        return {column.name: (anonymiser.columns[column.name], values[column.name]) for column in quasi}

    def _anonymiser(self, table: Table, quasi: Sequence[Column]) -> Anonymiser:
        """Groups so large that the smallest is large enough, and so is the chance of pointing at the wrong one of them.

        Where more rows will come, so large that in no other part one of them falls below k by chance.
        """
        demands, most = self.demands, self.average_max
        if self.memory.rows_expected is not None:
            demands = _with_room(demands)
        while True:
            anonymiser = self._learn_groups(table, quasi, demands)
            cells = anonymiser.cell_of(table)
            inside = cells >= 0
            people = len(np.unique(self.people[table.name][inside]))
            average = len(np.unique(cells[inside])) / max(1, people)
            more_than_people = average * demands.k > most * people  # nothing helps then: the gates decide
            if average <= most or more_than_people:
                return reduce(Anonymiser.widened, self.memory.parts, anonymiser)
            demands = replace(demands, k=max(demands.k + 1, math.ceil(demands.k * average / most)))

    def _learn_groups(self, table: Table, quasi: Sequence[Column], demands: Demands) -> Anonymiser:
        names = [column.name for column in quasi]
        sensitive = [
            c.name for c in table.of_role(Role.SENSITIVE) if c.name not in names and not isinstance(c.step, Drop)
        ]
        hierarchies = {c.name: c.step.hierarchy for c in quasi if isinstance(c.step, KAnonymise) and c.step.hierarchy}
        people = self.people[table.name]
        return learn_anonymiser(table, names, demands, people=people, secrets=sensitive, hierarchies=hierarchies)

    def _scrubbed(self, table: Table, column: Column, replacements: Replacements) -> tuple[Column, Array]:
        shift = next((c.step for c in table.columns if isinstance(c.step, Shift)), Shift())
        scrub = learn_scrub(self._lesson(table, column), replacements, shift=shift, nlp=self.nlp)
        texts = scrub.apply(table, self.seeds[table.name], self.moves[table.name])
        self.notes.extend(scrub.notes)  # they count while it is applied
        return scrub.column, texts

    def _rest(self, table: Table, columns: Sequence[Column]) -> Masked:
        """Every other column by itself."""
        masked: Masked = {}
        for column in (c for c in columns if not isinstance(c.step, Token | Encrypt | Substitute | KAnonymise)):
            fitted = self.memory.once(("column", table.name, column.name), partial(self._fitted, table, column))
            seeds = self.moves if isinstance(column.step, Shift) else self.seeds
            masked[column.name] = fitted.column, fitted.apply(table, seeds[table.name])
            self.notes.extend(fitted.notes)
        return masked

    def _fitted(self, table: Table, column: Column) -> Fitted:
        return learn_step(_step_of(column), self._lesson(table, column))

    def _lesson(self, table: Table, column: Column) -> Lesson:
        people = self.people[table.name]
        return Lesson(table, column.name, k=self.demands.k, k_rare=self.demands.k_rare, people=people)


def _with_room(demands: Demands) -> Demands:
    """Groups that stay large enough in every other part; nobody is blanked to reach them, unless all may be."""
    k = math.ceil(((SPARE + math.sqrt(SPARE**2 + 4 * demands.k)) / 2) ** 2)
    return replace(demands, k=k, suppress_max=demands.suppress_max if demands.suppress_max == 1 else 0.0)


def _table(table: Table, masked: Masked) -> Table:
    """The masked columns, in the order of the table."""
    columns = tuple(masked[column.name][0] for column in table.columns if column.name in masked)
    cells = {column.name: pd.Series(masked[column.name][1], dtype=column.kind.dtype) for column in columns}
    frame = pd.DataFrame(cells, index=range(len(table)))
    return replace(table, columns=columns, frame=frame, person=table.person if table.person in masked else None)


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
    """Equal values stay equal here: whoever knows which value is common finds it by how common it is."""
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
    blanked = values.copy()
    blanked[missing] = missing_like(blanked)
    return blanked
