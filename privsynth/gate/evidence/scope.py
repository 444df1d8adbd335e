"""What gates look at: the tables on both sides, and the columns whose values were learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from privsynth.dataset import Dataset, Role, Table
from privsynth.gate.evidence.sides import Sides, sides_of
from privsynth.measure.attacks.attack import Attacked
from privsynth.options import Limits
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

KEEPS_PEOPLE = ("mask", "clone")  # the backends whose rows lead back to one person each


def keeps_people(policy: Policy) -> bool:
    """Whether each row of the draft was made from the row of one person."""
    return policy.backend.kind in KEEPS_PEOPLE


def shared_tables(draft: Draft, source: Source) -> Iterator[tuple[Table, Table, Table]]:
    """Training rows, held-out rows and draft rows of each table; the hold-out has no row where there is none."""
    for made in draft.dataset:
        if made.name in source.train:
            train = source.train[made.name]
            yield train, table_or_empty(source.holdout, train), made


def table_or_empty(dataset: Dataset, like: Table) -> Table:
    if like.name in dataset:
        return dataset[like.name]
    return Table(like.name, like.columns, like.frame.iloc[:0], person=like.person)


def learnt_columns(real: Table, made: Table) -> list[str]:
    """The columns in which a copy would show: all but those whose role asks for invented values.

    Only the role of the real column counts: a backend's own word takes no column out of the comparison.
    """
    return [column.name for column in real.columns if not column.role.is_fabricated and column.name in made]


def quasi_identifiers(real: Table, made: Table) -> list[str]:
    return [column.name for column in real.of_role(Role.QUASI) if column.name in made]


def held_out_people(source: Source) -> int:
    """The people (or rows, where nobody said what makes a person) of the first table that no backend has seen."""
    return sum(part.root.number_of_people for part in source.outside) if source.has_control else 0


def no_source() -> Finding:
    return Finding(
        "no_source",
        0,
        what="real rows to compare with",
        note="no real data was given: there is nothing that could be copied, and nothing was compared",
        empty=True,
    )


ATTACKS = 2_000  # people attacked a side, fewer where there are fewer
FEWEST = 50  # rows a side, below which an attack says nothing


def attacked_tables(draft: Draft, source: Source) -> Iterator[Sides]:
    """The tables whose rows are people or theirs; look-up tables, whole on both sides of the split, are left out."""
    for sides in sides_of(draft, source):
        enough = min(len(sides.train), sides.rows_outside) >= FEWEST and len(sides.made) > 0
        if enough and sides.train.name not in source.train.lookups and learnt_columns(sides.train, sides.made):
            yield sides


def known_columns(real: Table, made: Table, secret: str) -> list[str]:
    """What an attacker knows of a person whose secret he wants: the quasi-identifiers, or else everything."""
    quasi = [name for name in quasi_identifiers(real, made) if name != secret]
    return quasi or [name for name in learnt_columns(real, made) if name != secret]


def secrets_by_knowledge(real: Table, made: Table) -> dict[tuple[str, ...], list[str]]:
    """The sensitive columns to attack, by what an attacker knows: with the same knowledge people are looked up once."""
    learnt, secrets = learnt_columns(real, made), dict[tuple[str, ...], list[str]]()
    for column in real.of_role(Role.SENSITIVE):
        if column.name in learnt and (known := known_columns(real, made, column.name)):
            secrets.setdefault(tuple(known), []).append(column.name)
    return secrets


def not_applicable(backend: str, attack: str) -> Finding | None:
    """Rows of real people, masked or mixed, are all members; who they are is the question of the gate tracing.

    It holds an answer against a limit only where there are quasi-identifiers, and the words may not promise more.
    """
    if backend not in KEEPS_PEOPLE:
        return None
    return Finding(
        "not_applicable",
        None,
        what=attack,
        note=f"rows of backend {backend} are made from one person each; tracing leads them back instead, "
        "against a limit by quasi-identifiers alone",
        empty=True,
    )


def no_secrets(source: Source, so: str) -> Finding:
    """No sensitive column was declared or seen, or none that could be attacked: two answers that must not be mixed."""
    there = sum(len(table.of_role(Role.SENSITIVE)) for table in source.train)
    none = "no column has the role sensitive"
    # what is said must make sense by itself: where figures are not told, the note is not told either
    advice = "declare one to have it attacked"
    few = (
        "no sensitive column is in the draft with its values, beside columns to guess it from, "
        f"in a table of {FEWEST} training rows and {FEWEST} held-out rows"
    )
    return Finding(
        "sensitive_columns",
        there,
        what="no sensitive column could be attacked" if there else f"{none}: {advice}",
        note=f"{few}, so {so}" if there else f"{none}, so {so}; {advice}",
        empty=True,
    )


def nobody_attacked(attack: str, draft: Draft) -> Finding:
    """Too few real rows are not a pass: they prove nothing. From a draft without a row nothing can be learnt."""
    if not any(len(table) for table in draft.dataset):
        return Finding(
            "no_rows",
            0,
            what=attack,
            note="the draft has no row",
            empty=True,
        )
    return Finding(
        "attacked_tables",
        0,
        what=f"tables with enough rows for {attack}",
        limit=1,
        good="high",
        note=f"at least {FEWEST} training rows and {FEWEST} held-out rows are needed",
        remedy="insufficient evidence: more rows, or a larger hold-out",
        evidence=True,
    )


@dataclass(frozen=True)
class RiskLimits:
    """The names of the limits that a residual risk is held to: itself, and the ends of its interval."""

    limits: Limits
    point: str
    lower: str = ""
    upper: str = ""

    def of(self, name: str) -> float | None:
        """The limit of that name, where the profile has one."""
        return getattr(self.limits, name) if name else None


def _worth(attacked: Attacked) -> str:
    """What successes count as, of which many are about the same person."""
    if attacked.again == attacked.control_again == 1.0:
        return ""
    won, lost = attacked.successes / attacked.again, attacked.control_successes / attacked.control_again
    return f" (many about the same person: worth {won:,.0f} and {lost:,.0f} independent ones)"


def risk_findings(
    key: str,
    attack: str,
    attacked: Attacked,
    limits: RiskLimits,
    *,
    table: str,
    where: Sequence[str],
    note: str,
    remedy: str,
    tests: int = 1,
) -> Iterator[Finding]:
    """The residual risk and its bounds against their limits. `tests` is how many such attacks are looked at.

    The risk counts where chance does not explain it: against a few hundred people it strays by as much as a strict
    limit allows. That few people prove little is what `control_min` and the upper bounds are for.
    """
    won = f"{attacked.successes:,.0f} of {attacked.attacks:,}"
    lost = f"{attacked.control_successes:,.0f} of {attacked.control_attacks:,}"
    tells, (low, high) = attacked.is_beyond_chance(limits.limits.alpha / max(1, tests)), attacked.interval
    chance = "" if tells else ", which chance explains"
    found = partial(Finding, table=table, where=tuple(where), n=attacked.attacks, remedy=remedy)
    yield found(
        key,
        attacked.risk if tells else 0.0,
        what=f"{attack} ({table})",
        limit=limits.of(limits.point),
        limit_name=limits.point,
        baseline=attacked.control.value,
        interval=(low, high),
        note=f"{won} attacks succeed, {lost} on held-out people{_worth(attacked)}{chance}; {note}",
    )
    bounds = (
        ("proven", "lower", low if tells else 0.0, limits.lower),
        ("not ruled out", "upper", high, limits.upper),
    )
    for word, end, measured, name in bounds:
        if (limit := limits.of(name)) is not None:
            yield found(
                f"{key}_{end}",
                measured,
                what=f"{attack} ({table}), {word}",
                limit=limit,
                limit_name=name,
                note=f"{end} end of the 95 % interval",
            )
