"""Invented people: the columns of one person are made together, by the fabricator, in reserved ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np

from privsynth.dataset import Column, Kind, Role
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.vocabulary.rulebook import Person
from privsynth.statistics import ColumnStatistics, Taken
from privsynth.typing import Array

# What each part is called elsewhere, what it means for people, and an example of its usual form.
PARTS = {
    "name": ("PERSON", Role.DIRECT, None),
    "first_name": ("FIRST_NAME", Role.DIRECT, None),
    "last_name": ("LAST_NAME", Role.DIRECT, None),
    "title": ("TITLE", Role.PLAIN, None),
    "email": ("EMAIL", Role.DIRECT, "first.last@example.com"),
    "username": ("USERNAME", Role.DIRECT, None),
    "phone": ("PHONE", Role.DIRECT, None),
    "street": ("STREET_ADDRESS", Role.DIRECT, None),
    "city": ("CITY", Role.QUASI, None),
    "job": ("JOB_TITLE", Role.QUASI, None),
    "company": ("ORGANIZATION", Role.PLAIN, None),
    "ssn": ("US_SSN", Role.DIRECT, None),
    "nhs": ("UK_NHS", Role.DIRECT, None),
    "ip": ("IPV4", Role.DIRECT, None),
    "mac": ("MAC", Role.DIRECT, None),
    "url": ("URL", Role.DIRECT, None),
    "card": ("CREDIT_CARD", Role.DIRECT, None),
    "iban": ("IBAN", Role.DIRECT, None),
    "maiden_name": ("MAIDEN_NAME", Role.DIRECT, None),
    "initials": ("INITIALS", Role.QUASI, None),
    "postcode": ("POSTCODE", Role.QUASI, None),
    "region": ("REGION", Role.QUASI, None),
    "ipv6": ("IPV6", Role.DIRECT, None),
    "domain": ("DOMAIN", Role.PLAIN, None),
    "imei": ("IMEI", Role.DIRECT, None),
    "us_ssn": ("US_SSN", Role.DIRECT, None),
    "us_npi": ("US_NPI", Role.DIRECT, None),
    "us_ein": ("US_EIN", Role.PLAIN, None),
    "uk_nhs": ("UK_NHS", Role.DIRECT, None),
    "uk_nino": ("UK_NINO", Role.DIRECT, None),
    "de_tax_id": ("DE_TAX_ID", Role.DIRECT, None),
    "fi_hetu": ("FI_HETU", Role.DIRECT, None),
    "in_aadhaar": ("IN_AADHAAR", Role.DIRECT, None),
    "no_fodselsnummer": ("NO_FODSELSNUMMER", Role.DIRECT, None),
}
OF_A_PLACE = ("postcode", "region")  # only where places are known


@dataclass(frozen=True)
class PersonColumn:
    """One column of a person."""

    column: str
    person: Person
    unique: bool
    locale: str


@dataclass(frozen=True, eq=False)
class PersonColumns:
    """The columns that belong to one person a row."""

    members: tuple[PersonColumn, ...]
    taken: Taken = field(repr=False, default=Taken())

    @property
    def locale(self) -> str:
        """Where the person is at home: the same for all parts."""
        return self.members[0].locale

    def make(self, rows: Rows) -> tuple[dict[str, Array], list[str]]:
        """All columns of the people, and what there is to say of them."""
        from privsynth.people import Fabricator
        from privsynth.people.apart import told_apart
        from privsynth.people.makers import learn_maker, style_of_names

        makers = [learn_maker(*_example(member), self.locale, steady=False) for member in self.members]
        makers = [
            replace(maker, unique=member.unique or member.person.part == "email", distinct=1.0)
            for maker, member in zip(makers, self.members, strict=True)
        ]
        for maker, member in zip(makers, self.members, strict=True):
            room = None if maker.space is None else maker.space.with_room(rows.count).capacity
            if member.unique and room is not None and room < rows.count:
                raise _too_few(member.column, rows.count, room)
        makers = [*told_apart(makers, {member.column: np.empty(0, dtype=object) for member in self.members})]
        examples = {member.column: [member.person.like or ""] for member in self.members}
        gender = next((member.person.gender for member in self.members if member.person.gender), None)
        style = style_of_names(makers, examples.__getitem__)
        inventor = Fabricator(tuple(makers), self.locale, style=style, taken=self.taken, gender=gender)
        columns = inventor.make(rows.frame([gender] if gender else []), rows.count, rows.rng)
        self._check_unique(columns, rows.count)
        return columns, inventor.notes

    def _check_unique(self, columns: dict[str, Array], rows: int) -> None:
        for member in self.members:
            distinct = len(set(columns[member.column])) if member.unique else rows
            if distinct < rows:
                raise _too_few(member.column, rows, distinct)


def check_locale(locale: str) -> None:
    from privsynth.people.words import locales

    if locale not in locales():
        language = locale.partition("_")[0]
        alike = [known for known in locales() if known.partition("_")[0] == language]
        near = alike or get_close_matches(locale, locales(), n=1) or locales()
        known = f"did you mean {near[0]}?" if len(near) == 1 else f"known are: {', '.join(near)}"
        raise PolicyError("there are no names for this locale.", hint=known)


def check_place(part: str, locale: str) -> None:
    """Postcodes and regions stand beside the towns that they belong to, where those are known."""
    from privsynth.people.places import has_places
    from privsynth.people.words import locales

    if part in OF_A_PLACE and not has_places(locale):
        known = ", ".join(name for name in locales() if has_places(name))
        raise PolicyError(f"no places of {locale} are known, so there is no {part}.", hint=f"they are of: {known}")


def groups(members: Sequence[PersonColumn]) -> dict[str, tuple[PersonColumn, ...]]:
    """The columns of each person of a table."""
    return {
        who: tuple(m for m in members if m.person.who == who) for who in dict.fromkeys(m.person.who for m in members)
    }


def _example(member: PersonColumn) -> tuple[Column, Array, Array, ColumnStatistics]:
    """What the fabricator learns a form from: an example out of the rulebook, or none."""
    entity, role, usual = PARTS[member.person.part]
    like = member.person.like or usual
    texts = np.array([like] if like else [], dtype=object)
    return (
        Column(member.column, Kind.TEXT, role=role, entity=entity),
        texts,
        texts,
        ColumnStatistics(rows=len(texts), missing=0.0, distinct=len(texts), is_unique=member.unique, levels={}),
    )


def _too_few(column: str, wanted: int, possible: int) -> BackendError:
    return BackendError(
        f"column {column} must hold {wanted} different values, there are {possible} in its reserved range.",
        hint="ask for fewer rows, or leave out 'unique'",
        column=column,
    )
