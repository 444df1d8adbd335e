"""What it costs the distributions that a rulebook binds the rows of a model: fidelity without and with it, in one run.

The book is made of what one table keeps by a hair: within each level of a column, each number has the ends that it has
in the source. A model breaks some of it; the rows that do are drawn again, and that could bend what they stand for.

python bench/bound.py DATA.csv [seeds]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from privsynth.checks.bound import demand_of, filed_with
from privsynth.dataset import Dataset, Kind, Table
from privsynth.pipeline.acts import draw, learn, prepare, read
from privsynth.pipeline.bound import bindings_for
from privsynth.policy import Policy
from privsynth.report.fidelity import measure
from privsynth.stages import Stages

MOST_LEVELS = 12


def main(data: str, seeds: int = 3) -> int:
    table = read(data, Policy(), Stages()).root
    with TemporaryDirectory() as folder:
        book = Path(folder) / "book.yaml"
        book.write_text(book_of(table))
        scores = {
            bound: [run(data, book, seed, bound=bound) for seed in range(1, seeds + 1)] for bound in (False, True)
        }
    print(f"mean fidelity without {mean(scores[False]):.4f}, with {mean(scores[True]):.4f}")
    return 0


def run(data: str, book: Path, seed: int, *, bound: bool) -> float:
    policy = Policy(backend="model", keep_rules=book if bound else None, seed=seed)
    prepared = prepare(read(data, policy, Stages()), policy, Stages())
    draft = draw(prepared, learn(prepared, Stages()), Stages()).draft
    broken = rows_that_break(draft.dataset, book, prepared.data)
    redrawn = sum(rule.redrawn for rule in draft.recipe.kept)
    repaired = sum(rule.repaired for rule in draft.recipe.kept)
    (result,) = measure(draft, prepared.source, policy)
    word = "with   " if bound else "without"
    print(
        f"{word} the book, seed {seed}: {broken:,} of {len(draft.dataset.root):,} rows break a rule, {redrawn} were "
        f"drawn again for one, {repaired} repaired; fidelity {result.score:.4f}",
        flush=True,
    )
    return float(result.score or 0.0)


def rows_that_break(made: Dataset, book: Path, source: Dataset) -> int:
    bindings, _ = bindings_for(Policy(backend="model", keep_rules=book), source)
    filed = filed_with(made, bindings)
    return int(sum(demand_of(each, made).broken(filed) for each in bindings).astype(bool).sum())


def book_of(table: Table) -> str:
    """What each level of a column allows each number, as the source has it."""
    columns = {c.name: c.kind for c in table.columns if c.name.isidentifier() and not c.role.is_fabricated}
    kept = [name for name, kind in columns.items() if kind in (Kind.INTEGER, Kind.CATEGORY, Kind.BOOLEAN)]
    lines = [f"      {name}: {way_of(columns[name])}" for name in kept]
    rules = [f'      - "{rule}"' for rule in rules_of(table, {name: columns[name] for name in kept})]
    head = ["version: 1", "name: ends", "tables:", f"  {table.name}:", "    rows: 10", "    columns:"]
    return "\n".join([*head, *lines, "    expect:", *rules]) + "\n"


def way_of(kind: Kind) -> str:
    """Some law: how a column is made plays no part where the book binds others."""
    return "{whole: {low: 0, high: 9}}" if kind is Kind.INTEGER else "{choice: [a, b]}"


def rules_of(table: Table, kinds: dict[str, Kind]) -> Iterator[str]:
    for level in (name for name, kind in kinds.items() if kind is not Kind.INTEGER):
        groups = table.frame.groupby(level)
        if len(groups) > MOST_LEVELS:
            continue
        for number in (name for name, kind in kinds.items() if kind is Kind.INTEGER):
            for value, ends in groups[number].agg(["min", "max"]).dropna().iterrows():
                yield f"{level} <> '{value}' OR {number} BETWEEN {ends['min']:.0f} AND {ends['max']:.0f}"


def mean(scores: list[float]) -> float:
    return sum(scores) / len(scores)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:3])))
