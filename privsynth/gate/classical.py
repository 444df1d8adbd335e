"""How well do the rows hide one another?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Role, Table
from privsynth.gate.evidence.scope import (
    keeps_people,
    learnt_columns,
    no_source,
    quasi_identifiers,
    shared_tables,
)
from privsynth.measure.classical.diversity import diversity
from privsynth.measure.classical.groups import GroupRisk, group_risk, groups_of, shared_groups
from privsynth.measure.classical.population import attackers, population_uniques
from privsynth.measure.classical.suda import suda
from privsynth.measure.given_back import given_back
from privsynth.options import MaskOptions, effective_k
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.typing import Array
from privsynth.verdict import Finding

SAID = 3  # columns told in a note
SPECIAL_ROWS, SPECIAL_COLUMNS = 5_000, 8  # most that the search for special uniques looks at
NOBODYS = "; reported only: rows of this backend are nobody's"
REMEDY = (
    "more people must share each combination of quasi-identifiers: coarser values, or without the quasi-identifier "
    "that splits them most"
)


class Classical:
    """A voter list has name, birth year and postcode, the masked file birth year and postcode. A join does the rest.

    How many people share each row's quasi-identifiers (k, largest and average risk, people at risk), whether a group
    shares one secret (l, t), and, where the size of the population is given, how many rows may be the only such person
    in it. Rows of `mask` and `clone` are made from one person each: there the limits hold. Rows of a model or rulebook
    are nobody's, so that groups say little: there the figures are reported.
    """

    name = "classical"

    def __init__(self, policy: Policy) -> None:
        self.backend, self.population = policy.backend, policy.population
        self.limits, self.decides = policy.limits, keeps_people(policy)

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        return [
            found
            for tables in shared_tables(draft, source)
            for found in self._of_table(*tables, source.train.people_of(tables[0].name))
        ]

    def _of_table(self, train: Table, holdout: Table, made: Table, people: Array) -> Iterator[Finding]:
        yield from self._judged(train, holdout, made, people)
        yield from _given_back(train, made, people)

    def _judged(self, train: Table, holdout: Table, made: Table, people: Array) -> Iterator[Finding]:
        if self.decides and len(made) and made.origin is None:
            raise ValueError(f"backend {self.backend.kind} must say which source row each row was made from")
        names = quasi_identifiers(train, made)
        behind = people[made.origin] if made.origin is not None else None
        risk = group_risk(made, names, self.limits.risk_max, behind) if names else None
        if risk is None:
            why = "no row has one left" if names else "no column has the role quasi"
            yield Finding(
                "smallest_group",
                None,
                what=f"smallest group on the quasi-identifiers ({train.name})",
                table=train.name,
                where=tuple(names),
                note=f"no group was formed: {why}",
                empty=True,
            )
            return
        yield from self._groups(train.name, names, risk)
        if self.decides:
            yield self._blanked(train.name, names, made, risk)
        yield from self._secrets(train, made, names)
        if self.population is not None:
            yield self._alone(train.name, names, made, self.population)
        if len(made):
            yield from _reported(train, holdout, made, names)

    def _groups(self, table: str, names: Sequence[str], risk: GroupRisk) -> Iterator[Finding]:
        note = f"{risk.groups:,} groups; {risk.blanked:,} rows have no quasi-identifier left and are in no group"
        what = f"smallest group on the quasi-identifiers ({table})"
        yield Finding(
            "smallest_group",
            risk.smallest,
            what=what,
            table=table,
            limit=self._held(effective_k(self.limits, self.backend)),
            limit_name="k",
            good="high",
            where=tuple(names),
            n=risk.people,
            note=note if self.decides else f"{note}{NOBODYS}",
            remedy=REMEDY,
        )
        average = self.limits.average_risk_max or self.limits.risk_max
        average_name = "average_risk_max" if self.limits.average_risk_max else "risk_max"
        for key, said, measured, limit, limit_name in (
            ("largest_risk", "largest re-identification risk", risk.largest_risk, self.limits.risk_max, "risk_max"),
            ("average_risk", "average re-identification risk", risk.average_risk, average, average_name),
            ("people_at_risk", f"people whose risk exceeds {self.limits.risk_max:g}", risk.share_at_risk, 0.0, ""),
        ):
            yield Finding(
                key,
                measured,
                what=f"{said} ({table})",
                table=table,
                limit=self._held(limit),
                limit_name=limit_name,
                where=tuple(names),
                n=risk.people,
                remedy=REMEDY,
            )

    def _blanked(self, table: str, names: Sequence[str], made: Table, risk: GroupRisk) -> Finding:
        """Rows that were suppressed hide nobody and serve nobody: the plan says how many there may be."""
        share = risk.blanked / max(1, len(made))
        asked = self.backend.suppress_max if isinstance(self.backend, MaskOptions) else None
        remedy = "coarser quasi-identifiers need fewer blanks; or more blanks must be allowed"
        return Finding(
            "suppressed",
            share,
            what=f"rows without any quasi-identifier left ({table})",
            table=table,
            limit=asked,
            where=tuple(names),
            n=len(made),
            remedy=remedy,
        )

    def _secrets(self, train: Table, made: Table, names: Sequence[str]) -> Iterator[Finding]:
        """Whether everybody of a group has the same secret, so that finding the group is finding the secret."""
        learnt = learnt_columns(train, made)
        groups, blank = groups_of(made, names)
        for column in train.of_role(Role.SENSITIVE):
            if column.name not in learnt or column.name in names:
                continue
            numeric = made.values(column.name).dtype.kind in "fM"
            secrets = pd.factorize(made.values(column.name), sort=numeric, use_na_sentinel=False)[0]
            found = diversity(groups[~blank], secrets[~blank], ordered=numeric)
            if found is not None:
                distance = f"largest distance of a group's {column.name} from the table's, reported"
                note = f"entropy l {found.entropy:.2f}, t {found.closeness:.2f} ({distance})"
                what = f"fewest different values of {column.name} in a group ({train.name})"
                limit = self._held(self.limits.l_min)
                yield Finding(
                    f"different_secrets.{column.name}",
                    found.distinct,
                    what=what,
                    table=train.name,
                    limit=limit,
                    limit_name="l_min",
                    good="high",
                    where=(*names, column.name),
                    n=len(made),
                    note=note,
                    remedy=REMEDY,
                )

    def _alone(self, table: str, names: Sequence[str], made: Table, population: int) -> Finding:
        groups, blank = groups_of(made, names)
        sizes = np.bincount(groups[~blank])
        found = population_uniques(sizes[sizes > 0], max(population, len(made)))
        limit = self._held(self.limits.population_unique_max)
        note = f"estimated by the model {found.model} for {population:,} people (rule of Dankar et al. 2012)"
        return Finding(
            "population_uniques",
            found.share,
            what=f"rows that may be the only such person in the population ({table})",
            table=table,
            limit=limit,
            limit_name="population_unique_max",
            where=tuple(names),
            note=note,
            remedy=REMEDY,
        )

    def _held(self, limit: float | None) -> float | None:
        return limit if self.decides else None


def _given_back(train: Table, made: Table, people: Array) -> Iterator[Finding]:
    """A group hides nobody whose real value follows from the column beside it."""
    found = [each for each in given_back(train, made, people) if each.rows]
    if not found:
        return
    worst = max(found, key=lambda each: each.rows / each.coarsened)
    names = list(dict.fromkeys(each.by for each in found))
    yield Finding(
        "given_back",
        worst.rows / worst.coarsened,
        what=f"rows made coarser whose real value another column tells ({train.name})",
        table=train.name,
        limit=0.0,
        where=tuple(names),
        n=worst.coarsened,
        note="; ".join(
            f"{each.column} was made coarser, and {each.by}, from which it follows, went out as it was"
            for each in found[:SAID]
        ),
        remedy=f"make {', '.join(names)} coarser too (mask: k_anonymise), or leave it out",
    )


def _reported(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> Iterator[Finding]:
    """Descriptive figures, beside what they are for held-out people."""
    yield _matches(train, made, names)
    if len(holdout):
        yield _special(made, holdout, names)


def _matches(train: Table, made: Table, names: Sequence[str]) -> Finding:
    """Somebody who holds the source's quasi-identifiers matches every row: how often he is right on average."""
    groups = shared_groups(train, made, names)
    size = max(int(part.max(initial=-1)) for part in groups) + 1
    ours, theirs = (np.bincount(part, minlength=size) for part in groups)
    both = (ours > 0) & (theirs > 0)
    found = attackers(theirs[both], ours[both]) if both.any() else None
    note = (
        f"{int(both.sum()):,} groups of the draft exist in the source; there the largest risk is {found.journalist:.3f}"
        if found
        else "no group of the draft exists in the source"
    )
    share = float((theirs[both] / ours[both]).sum() / len(made)) if found else 0.0
    return Finding(
        "expected_matches",
        share,
        what=f"matches to be expected by somebody who knows the source's quasi-identifiers ({train.name})",
        table=train.name,
        where=tuple(names),
        n=len(made),
        note=note,
    )


def _special(made: Table, holdout: Table, names: Sequence[str]) -> Finding:
    """Rows that few columns single out (SUDA), beside the same for as many held-out people."""
    chosen, rows = list(names)[:SPECIAL_COLUMNS], min(len(made), len(holdout), SPECIAL_ROWS)
    rng = Seeds(0).stream("gate", "classical")
    ours, theirs = (
        suda(_words(table.take(np.sort(rng.choice(len(table), rows, replace=False))), chosen))
        for table in (made, holdout)
    )
    leading = sorted(ours.contributions, key=lambda name: -ours.contributions[name])[:3]
    note = (
        f"minimal uniques of up to three columns among {rows:,} rows; most of it by {', '.join(leading)}; "
        f"chance of a right match {ours.dis:.3f}"
    )
    measured, baseline = (float((found.scores > 0).mean()) if rows else 0.0 for found in (ours, theirs))
    return Finding(
        "special_uniques",
        measured,
        what=f"rows that few quasi-identifiers single out, SUDA ({made.name})",
        table=made.name,
        where=tuple(chosen),
        baseline=baseline,
        n=rows,
        note=note,
    )


def _words(table: Table, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(table.text(name), dtype=object) for name in names})
