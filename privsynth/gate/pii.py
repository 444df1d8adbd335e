"""Does a value that names a real person stand in the draft?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Role, Table
from privsynth.gate.evidence.digested import digest_hits
from privsynth.gate.evidence.disguised import Real, Standing, seen_in
from privsynth.gate.evidence.elsewhere import real_elsewhere
from privsynth.gate.evidence.encrypted import beyond_chance, encrypted_columns
from privsynth.gate.evidence.halves import split_hits
from privsynth.gate.evidence.invented import could_be_somebodys, is_made_apart, outside_reserved
from privsynth.gate.evidence.namesakes import names_in_two_columns
from privsynth.gate.evidence.overlap import Named, Overlap, named_hits, rare_numbers, rare_strings, whole_names
from privsynth.gate.evidence.phrases import Short, phrase_hits, real_phrases
from privsynth.gate.evidence.scope import keeps_people, no_source, shared_tables
from privsynth.gate.evidence.scrubbed import REMEDY as REWRITE
from privsynth.gate.evidence.scrubbed import left_in_texts, scrubbed_columns
from privsynth.gate.evidence.sides import Sides, sides_of
from privsynth.mask_steps import Partial, Scrub
from privsynth.measure.significance import exceeds, holm, is_significant
from privsynth.pii.canaries import missed_canaries
from privsynth.pii.canonical import letters
from privsynth.pii.columns import is_class
from privsynth.pii.entities import entities
from privsynth.pii.scan import ColumnScan, scan_table
from privsynth.pii.shapes import Shape
from privsynth.policy import Policy
from privsynth.recipe import ELSEWHERE
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

INVENT = "declare the column direct: its values are then invented"


class BlindScannerError(Exception):
    """The scanner did not find what it claims to find, so what it says of a draft means nothing."""


class PersonalData:
    """A free-text column kept "call Ms Ødegård on ..."; a colleague read it in the test system and knew her.

    Two lines of defence, the second of which needs to recognise nothing. The scanner must first find a hidden value of
    each kind that it claims; then no column that was not invented may hold personal data. And no real value that names
    somebody may turn up: none at all of keys, numbers and addresses, in whatever spelling, inside a sentence or behind
    a plain code; of names and rare words not more often than those of people whom the backend never saw.
    """

    name = "pii"

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.limits = policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        found = [self._proof, *self._scanned(draft, source), *left_in_texts(draft, self.policy)]
        if source.is_empty:
            return [*found, outside_reserved(draft), no_source()]
        if source.is_part:
            found.append(real_elsewhere(draft, source, self.policy, INVENT))
        for train, _, made in shared_tables(draft, source):
            found += beyond_chance(train, made, self.policy)
        real = Real.of([*source.train], [*source.holdout])
        compared = [_Comparison(sides, real, self.limits.k_rare, self.policy) for sides in sides_of(draft, source)]
        return [
            *found,
            *_too_many(compared, self._for_texts()),
            *self._beyond_chance(compared, has_control=source.has_control),
        ]

    @cached_property
    def _proof(self) -> Finding:
        """Once for all parts of a draft."""
        return _scanner_sees()

    def _scanned(self, draft: Draft, source: Source) -> Iterator[Finding]:
        """What stands in columns that were not invented: proven kinds not at all, mere likeness in few values."""
        open_hits, strangers, weak = list[str](), list[str](), dict[str, float]()
        for table in draft.dataset:
            scrubbed = scrubbed_columns(self.policy, table.name)  # judged by what is left in them
            # What was invented beside real people is judged by comparing with them; beside nobody it is read too.
            settled = [
                column.name
                for column in table.columns
                if column.fabricated and (not source.is_empty or is_made_apart(table, column))
            ]
            for hit in scan_table(table.without(settled), nlp=self.policy.nlp):
                column = table[hit.column]
                if (
                    hit.role is not Role.DIRECT
                    or (column.fabricated and not could_be_somebodys(hit, table, self.policy.nlp))
                    or self._is_level(hit, table, source)
                    or (hit.column in scrubbed and not hit.by_column)
                ):
                    continue
                if draft.recipe == ELSEWHERE and _holds_people(hit.column, table.name, source, self.policy.nlp):
                    strangers.append(hit.column)
                elif (
                    hit.confirmed
                    and not _settled(hit, column, source, table.name)
                    and not self._is_mostly_marks(hit, table)
                ):
                    open_hits.append(hit.column)
                elif not hit.by_column:
                    weak[hit.column] = max(weak.get(hit.column, 0.0), hit.share)
        where = tuple(dict.fromkeys(open_hits))
        yield Finding(
            "not_invented",
            len(where),
            what="columns with personal data that was not invented",
            limit=0,
            where=where,
            note="all distinct values were scanned",
            remedy=INVENT,
        )
        if strangers:
            yield Finding(
                "origin_unknown",
                len(set(strangers)),
                what="columns with personal data of which nothing says that it was invented",
                where=tuple(dict.fromkeys(strangers)),
                note="as in the real column; whether the values are real ones of the source is measured below, whether "
                "they are those of other people nobody can see",
            )
        high = tuple(name for name, share in weak.items() if exceeds(share, self.limits.pii_weak))
        worst = max(weak.values(), default=0.0)
        yield Finding(
            "likely",
            worst,
            what="largest share of a column that looks like personal data",
            limit=self.limits.pii_weak,
            limit_name="pii_weak",
            where=high,
            note="values without proof",
            remedy=INVENT,
        )

    def _is_level(self, hit: ColumnScan, table: Table, source: Source) -> bool:
        """A word that several people share is a category of the data, whatever list of names it stands in.

        Of a draft with few rows the source says which words are shared. Columns are typed by the same measure.
        """
        if hit.by_column or entities()[hit.entity].has_shape or hit.entity == "PHONE":
            return False
        fewest, made = self.limits.k_rare, Shape.of(table.text(hit.column))
        if is_class(made, fewest):
            return True
        real = source.train[table.name] if not source.is_empty and table.name in source.train else None
        if real is None or hit.column not in real:
            return False
        known = Shape.of(real.text(hit.column), real.people)
        return is_class(known, fewest) and known.shared(fewest).issuperset(made.known)

    def _for_texts(self) -> str:
        """What to do about real sentences: where they were to be scrubbed, that was not enough."""
        asked = any(
            isinstance(column.mask, Scrub) for table in self.policy.tables.values() for column in table.columns.values()
        )
        return REWRITE if asked and keeps_people(self.policy) else INVENT

    def _is_mostly_marks(self, hit: ColumnScan, table: Table) -> bool:
        """A column that may keep a few characters keeps its name too; at least half of each value must be gone."""
        asked = self.policy.tables[table.name].columns.get(hit.column) if table.name in self.policy.tables else None
        if not hit.by_column or asked is None or not isinstance(asked.mask, Partial) or not keeps_people(self.policy):
            return False
        mark, texts = asked.mask.mark, pd.unique(pd.Series(table.text(hit.column), dtype=object).dropna())
        return all(
            2 * text.count(mark) >= sum(map(str.isalnum, text.replace(mark, ""))) + text.count(mark) for text in texts
        )

    def _beyond_chance(self, compared: Sequence[_Comparison], *, has_control: bool) -> Iterator[Finding]:
        """Names, rare words and long numbers: they decide where rows are new, and are reported where rows are kept."""
        tests = [test for part in compared for test in part.excesses()]
        corrected = holm([test.pvalue for test in tests])
        for key in _TESTS:
            mine = [(test, p) for test, p in zip(tests, corrected, strict=True) if test.key == key]
            if mine:
                gated = key == "real_names" or not keeps_people(self.policy)
                yield self._excess(key, mine, gated=gated, has_control=has_control)

    def _excess(self, key: str, tests: Sequence[tuple[Overlap, float]], *, gated: bool, has_control: bool) -> Finding:
        """The largest share among the columns in which the excess is no accident."""
        real = [(test, p) for test, p in tests if is_significant(p, self.limits.alpha)]
        worst = max((test.share for test, _ in real), default=0.0)
        where = tuple(test.column for test, _ in real if exceeds(test.share, self.limits.overlap_other))
        hits, control = sum(test.hits_train for test, _ in tests), sum(test.hits_holdout for test, _ in tests)
        note = (
            f"{hits} values of training rows, {control} of held-out rows; "
            f"only excesses with a corrected p below {self.limits.alpha:g} count"
        )
        if not has_control:
            note = f"{hits} values of training rows; no rows were held out to show what chance gives, so each counts"
        if not gated:
            note += "; this backend keeps such values on purpose, so the figure is reported and not judged"
        limit = self.limits.overlap_other if gated else None
        return Finding(
            key,
            worst,
            what=_TESTS[key],
            limit=limit,
            limit_name="overlap_other",
            where=where,
            n=sum(test.n for test, _ in tests),
            note=note,
            remedy=INVENT,
        )


_TESTS = {
    "real_names": "share of whole names that are real people's, beyond chance",
    "rare_words": "share of rare real words, beyond chance",
    "rare_numbers": "share of rare real numbers, beyond chance",
}


def _scanner_sees() -> Finding:
    """One hidden value of each claimed kind must be found, or nothing else counts."""
    missed = missed_canaries()
    if missed:
        raise BlindScannerError(f"not found: {', '.join(missed)}")
    return Finding(
        "scanner_misses",
        0,
        what="kinds of personal data that the scanner claims and does not find",
        limit=0,
        n=len(entities()),
        note="one hidden value of each kind was looked for first",
    )


def _holds_people(name: str, table: str, source: Source, nlp: str) -> bool:
    """Whether the real column is to be invented and holds personal data itself."""
    known = source.train[table] if not source.is_empty and table in source.train else None
    if known is None or name not in known or not known[name].role.is_fabricated:
        return False
    alone = known.without([column.name for column in known.columns if column.name != name])
    return known[name].entity is not None or any(scan.role is Role.DIRECT for scan in scan_table(alone, nlp=nlp))


def _settled(hit: ColumnScan, column: Column, source: Source, table: str) -> bool:
    """Whether what is known of the real column settles a likeness: the user's word, or its kind by all real values."""
    entity = entities()[hit.entity]
    if not hit.by_column or (entity.has_shape and entity.chance < 0.5):
        return False
    if column.declared:
        return not column.role.is_fabricated
    known = source.train[table] if not source.is_empty and table in source.train else None
    return known is not None and column.name in known and known[column.name].entity != hit.entity


class _Comparison:
    """One table on both sides of the split and in the draft."""

    def __init__(self, sides: Sides, real: Real, k_rare: int, policy: Policy) -> None:
        self.train, self.holdout, self.made = train, holdout, made = sides.train, sides.holdout, sides.made
        self.folds, self.k_rare, self.real = sides.folds, k_rare, real
        self.scrubbed, self.encrypted = scrubbed_columns(policy, made.name), encrypted_columns(policy, made.name)
        self.named = Named.of(train, holdout)
        _must_notice(self.named, train)

    @cached_property
    def seen(self) -> Mapping[str, Standing]:
        return seen_in(self.made, self.real, {column.name: self._own(column.name) for column in self.train.columns})

    def _own(self, name: str) -> Collection[str]:
        """What a column may hold in spite of other columns: its own values, judged as such, or what enough share."""
        if name in self.named.by_column:
            return self.named.by_column[name]
        texts = pd.Series([*self.train.text(name), *self.holdout.text(name)], dtype=object)
        counts = texts.dropna().value_counts()
        return {letters(text) for text in counts.index[counts >= self.k_rare]}

    def named_hits(self) -> Mapping[str, int]:
        """What was encrypted in its own format meets real values by chance: that has a finding of its own."""
        own, names = named_hits(self.named, self.made), [column.name for column in self.made.columns]
        whole = {name: each.whole for name, each in self.seen.items()}
        return {name: own.get(name, 0) + whole.get(name, 0) for name in names if name not in self.encrypted}

    def phrase_hits(self) -> Mapping[str, int]:
        phrases = real_phrases(self.train, self.holdout, self.k_rare)
        short = Short.of(self.train, self.holdout) if self.scrubbed else None
        repeated = phrase_hits(self.made, phrases, self.scrubbed, short)
        return {name: repeated.get(name, 0) + each.inside for name, each in self.seen.items()}

    def disguised_hits(self) -> Mapping[str, int]:
        return {name: each.disguised for name, each in self.seen.items()}

    def digest_hits(self) -> Mapping[str, int]:
        return digest_hits(self.made, (self.train, self.holdout))

    def split_hits(self) -> Mapping[str, int]:
        names = names_in_two_columns(self.made, self.real.people)
        return split_hits(self.made, self.train, self.real.wanted) | names

    def excesses(self) -> Iterator[Overlap]:
        """With folds the control is what each fold's engine made without having seen its values."""
        folds = [self._excesses(fold.train, fold.holdout, fold.drafts[0]) for fold in self.folds]
        for name, overlap in self._excesses(self.train, self.holdout, self.made).items():
            yield overlap.beside([fold[name] for fold in folds if name in fold]) if folds else overlap

    def _excesses(self, train: Table, holdout: Table, made: Table) -> dict[tuple[str, str], Overlap]:
        parts = (train, holdout, made, self.k_rare)
        overlaps = (*whole_names(*parts), *rare_strings(*parts), *rare_numbers(*parts))
        return {(overlap.key, overlap.column): overlap for overlap in overlaps}


def _must_notice(named: Named, train: Table) -> None:
    """Planted in a hidden copy, a real value of each such column must be noticed."""
    for name in named.by_column:
        known = np.flatnonzero(~pd.isna(train.values(name)))[:1]
        if len(known) and named.hits(name, train.text(name)[known]) != 1:
            raise BlindScannerError(f"a planted value of the column {name} was not noticed")


def _too_many(compared: Sequence[_Comparison], for_texts: str) -> Iterator[Finding]:
    """Of these one is too many."""
    rules = (
        (
            "real_values",
            "real identifying values in the draft",
            [part.named_hits() for part in compared],
            "in any column, whatever their case, accents, spaces, marks and look-alike letters",
            INVENT,
        ),
        (
            "real_phrases",
            "real sentences, or real names and numbers inside texts",
            [part.phrase_hits() for part in compared],
            "runs of five words, and whole names and numbers in texts of any length",
            for_texts,
        ),
        (
            "disguised_values",
            "real identifying values in a disguise that needs no key",
            [part.disguised_hits() for part in compared],
            "escapes, tags, marks spelt out, backwards, letters moved on, base64, base32, hex, bytes as numbers",
            INVENT,
        ),
        (
            "encoded_values",
            "real identifying values behind a digest",
            [part.digest_hits() for part in compared],
            "md5, sha1, sha2, sha3 and blake2, whole or cut, of one value or two together",
            INVENT,
        ),
        (
            "split_values",
            "real identifying values that two columns make together",
            [part.split_hits() for part in compared],
            "one after the other in one row, in either order",
            INVENT,
        ),
    )
    for key, what, hits, note, remedy in rules:
        where = tuple(dict.fromkeys(name for part in hits for name, count in part.items() if count))
        total = sum(count for part in hits for count in part.values())
        yield Finding(
            key,
            total,
            what=what,
            limit=0,
            where=where,
            n=sum(len(part.made) for part in compared),
            note=f"{note}; all real rows, held-out ones too",
            remedy=remedy,
        )
