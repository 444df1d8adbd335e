"""What makes a model tell less of the people it learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from privsynth.dataset import Table
from privsynth.engines import ENGINES, ONLY_SOME
from privsynth.options import ModelOptions
from privsynth.verdict import Finding
from privsynth.way_out import Change, WayOut, used_of
from privsynth.ways.carriers import carriers
from privsynth.ways.case import Case
from privsynth.ways.tried import HELPED

GATES = ("copies", "membership", "singling_out", "linkability", "inference", "attribute")
SECRETS = ("inference", "attribute")
BY_ROWS = ("membership", "linkability")  # gates whose figures fall with the rows of the draft
USUAL_LEAF = 20  # of numbers, where none is asked for
LEAVES = 8  # a tree with fewer leaves than that follows nothing
LEAST_ROWS = 100
STEPS = (1.5, 4.0)  # by which a setting moves at least and at most
BLUNT = 2.0  # the step where the profile does not let figures be told: the setting would tell them


def leak_ways(case: Case) -> Iterator[WayOut]:
    """By how likely each ends the leak and how little it costs; columns are given up last."""
    if not (found := leaks_of(case)):
        return
    for way in (_larger_leaf(case, found), _fewer_rows(case, found)):
        if way is not None:
            yield way
    yield from _without_columns(case, found)


def leaks_of(case: Case) -> list[Finding]:
    return case.failures(*GATES)


def step_of(case: Case, found: Sequence[Finding]) -> float:
    """How far to move: by as much as the worst figure lies beyond its limit."""
    worst = max((finding.used or STEPS[0] for finding in found), default=STEPS[0])
    return min(max(worst, STEPS[0]), STEPS[1]) if case.policy.figures == "exact" else BLUNT


def _larger_leaf(case: Case, found: Sequence[Finding]) -> WayOut | None:
    """More people behind each value that is drawn."""
    options = case.policy.backend
    if case.is_foreign or not isinstance(options, ModelOptions) or ENGINES[options.engine].needs_epsilon:
        return None
    people = case.source.train.root.number_of_people
    tried = _largest(case, "backend.min_leaf", options.min_leaf or USUAL_LEAF)
    most = _rounded_down(people / LEAVES)
    leaf = min(_rounded(tried * step_of(case, found)), most)
    if leaf < 1.2 * tried or not helped(case, "backend.min_leaf", USUAL_LEAF):
        return None
    return WayOut(
        kind="leaf",
        changes=(*_to_trees(options), Change(("backend", "min_leaf"), leaf)),
        why=f"{_worst(case, found)}; at least {leaf:,} people behind each value that is drawn, instead of {tried:,}",
        costs="the columns hang together less closely",
    )


def _to_trees(options: ModelOptions) -> Iterator[Change]:
    """The engine that has leaves, without the options of the one that was asked for."""
    if "min_leaf" in ENGINES[options.engine].options:
        return
    yield Change(("backend", "engine"), "trees")
    for name in ONLY_SOME:
        if name != "min_leaf" and getattr(options, name) is not None:
            yield Change(("backend", name), None)


def _fewer_rows(case: Case, found: Sequence[Finding]) -> WayOut | None:
    """Fewer draws from what was learnt show less of it."""
    if not (case.failures(*BY_ROWS) or any(finding.key == "isolated" for finding in found)):
        return None
    made, exposed = len(case.draft.dataset.root), step_of(case, found)
    rows = _rounded_down(min(made, _smallest(case, "rows", case.rows_there)) / exposed)
    if rows < LEAST_ROWS or not helped(case, "rows", case.rows_there):
        return None
    return WayOut(
        kind="rows",
        changes=(Change(("rows",), rows),),
        why=f"{_worst(case, found)}; fewer draws show less of what was learnt",
        costs=f"{rows:,} rows instead of {made:,}",
    )


def _without_columns(case: Case, found: Sequence[Finding]) -> Iterator[WayOut]:
    """Without the secret that was guessed, or the column that carries most of the leak."""
    gate, worst = max(
        ((gate, finding) for gate, finding in case.failed if finding in found), key=lambda pair: pair[1].used or 0
    )
    for tables in case.tables:
        train = tables[0]
        if worst.table in ("", train.name):
            for name in _ranked(case, gate, worst, tables)[:2]:
                yield WayOut(
                    kind="drop",
                    changes=(case.dropping([(train.name, name)]),),
                    why=f"{case.told(worst)}; {_role_in_it(gate)}",
                    costs=f"the result has no {name}",
                )


def _ranked(case: Case, gate: str, worst: Finding, tables: tuple[Table, Table, Table]) -> list[str]:
    train, _, made = tables
    names = [column.name for column in train.columns if not column.role.is_fabricated and column.name in made]
    free = [name for name in names if case.can_be_dropped(train, name)]
    if gate in SECRETS:
        return [name for name in [worst.key.partition(".")[2]] if name in free]
    if len(names) < 3 or not free:
        return []
    return [name for name in carriers(gate, worst.key, tables, names) if name in free]


def _role_in_it(gate: str) -> str:
    return "it is the secret that was guessed" if gate in SECRETS else "the column by which most of it is seen"


def _worst(case: Case, found: Sequence[Finding]) -> str:
    return case.told(max(found, key=lambda finding: finding.used or 0))


def _largest(case: Case, name: str, usual: int) -> int:
    return max(int(values[name] or usual) for values, _ in case.siblings(name))


def _smallest(case: Case, name: str, usual: int) -> int:
    return min(int(values[name] or usual) for values, _ in case.siblings(name))


def helped(case: Case, name: str, usual: int) -> bool:
    """Whether moving this setting has lowered what was measured, wherever it was moved before."""
    moved = [(int(values[name] or usual), dict(used_of(attempt))) for values, attempt in case.siblings(name)]
    here, now = moved[-1]
    return not any(
        max(here, there) >= STEPS[0] * min(here, there)
        and any(
            key in now and used_then and not _fell(now[key], used_then, later=_is_stricter(name, here, there))
            for key, used_then in then.items()
        )
        for there, then in moved[:-1]
    )


def _is_stricter(name: str, here: int, there: int) -> bool:
    return here < there if name == "rows" else here > there


def _fell(now: float, then: float, *, later: bool) -> bool:
    """Whether the stricter of two settings gave the clearly smaller figure."""
    strict, lax = (now, then) if later else (then, now)
    return strict <= HELPED * lax


def _rounded(number: float) -> int:
    step = 10 if number <= 200 else 50 if number <= 1_000 else 100
    return int(ceil(number / step - 1e-9) * step)


def _rounded_down(number: float) -> int:
    step = 10 if number <= 1_000 else 100
    return int(number // step * step)
