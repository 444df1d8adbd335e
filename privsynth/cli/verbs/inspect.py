"""`privsynth inspect`: what each column is taken for, and why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from privsynth.cli import flags
from privsynth.cli.reading import reads_files_of_all_kinds
from privsynth.cli.screen import result, table, write_json
from privsynth.errors import InputError, visible
from privsynth.policy import load_policy

if TYPE_CHECKING:
    from privsynth.dataset import Dataset, Table
    from privsynth.policy import Policy
    from privsynth.read.picture import Picture
    from privsynth.statistics import Fact

Line = Mapping[str, Any]
MOST_FACTS = 40  # of a table, on the screen
HEADER = ("column", "kind", "role", "holds", "missing", "distinct", "sure", "why")


@reads_files_of_all_kinds
def inspect(
    data: flags.TablesOrRulebook,
    *,
    config: flags.Config = None,
    as_json: flags.Json = False,
    read: dict[str, object],
) -> int:
    """Show tables, columns, kinds, roles and the reason for each, keys, and what holds between columns;
    nothing is made.
    """
    policy = load_policy(config, read)

    from privsynth.api import column_line
    from privsynth.describe import facts_of
    from privsynth.describe.questions import questions
    from privsynth.pipeline.judging import inspect as inspected

    try:
        dataset = inspected(list(data), policy)
    except InputError as error:
        return _refused(error, data, policy, as_json=as_json)
    pictures = _pictures(data, policy)
    facts = facts_of(dataset)
    lines = {table.name: [column_line(table, column) for column in table.columns] for table in dataset}
    if as_json:
        write_json(_object(dataset, facts, lines) | {"reading": [picture.record for picture in pictures]})
        return 0
    sys.stdout.write("".join(f"{_picture(picture)}\n" for picture in pictures if not picture.is_plain))
    for name, columns in lines.items():
        title, summary = visible(_title(dataset[name])), visible(_summary(columns))
        sys.stdout.write(f"{title}\n{summary}\n\n{_table(columns)}\n")
    for text in _between_columns(dataset, facts, questions(dataset, policy)):
        sys.stdout.write(f"{visible(text)}\n")
    return 0


def _refused(error: InputError, data: Sequence[str], policy: Policy, *, as_json: bool) -> int:
    """What each line was taken for, when the file is refused: on its screen the owner sees what to say."""
    shown = _pictures(data, policy)
    if not as_json:
        sys.stdout.write("".join(f"{_picture(picture)}\n" for picture in shown if not picture.is_read))
        raise error
    about = {"code": int(error.exit_code), "message": error.message, "hint": error.hint}
    about |= {name: value for name, value in (("column", error.column), ("row", error.line)) if value is not None}
    records = [picture.record for picture in shown]
    write_json(result("inspect", error.exit_code, outcome="error", error=about, reading=records))
    return int(error.exit_code)


def _pictures(data: Sequence[str], policy: Policy) -> list[Picture]:
    """None, where a file cannot even be looked at: the error says why."""
    from privsynth.read.picture import pictures

    try:
        return pictures(data, policy)
    except InputError:
        return []


def _picture(picture: Picture) -> str:
    rows = [(str(one.line), one.taken_for, str(one.fields), visible(", ".join(one.shapes))) for one in picture.lines]
    shown = table(rows, ("line", "taken for", "fields", "forms, or names"))
    return f"{visible(picture.file)}\n" + "".join(f"{_cut(line, _width())}\n" for line in shown.splitlines())


def _object(dataset: Dataset, facts: Sequence[Fact], lines: Mapping[str, Sequence[Line]]) -> dict[str, object]:
    tables = [{"table": t.name, "rows": len(t), "entity": t.person, "columns": lines[t.name]} for t in dataset]
    keys = [
        {"parent": key.parent, "parent_key": key.parent_key, "child": key.child, "child_key": key.child_key}
        for key in dataset.relations
    ]
    between = [
        {"kind": f.kind, "table": f.table, "columns": list(f.columns), "share": f.share, "words": f.words}
        for f in facts
    ]
    return result(
        "inspect",
        0,
        outcome="inspected",
        tables=tables,
        relations=keys,
        facts=between,
        warnings=list(dataset.notes),
    )


def _between_columns(dataset: Dataset, facts: Sequence[Fact], asked: Sequence[str]) -> Iterator[str]:
    """Keys between tables, what holds between columns, and what a person should know of how it was read."""
    from privsynth.describe.facts import perhaps_decided

    for key in dataset.relations:
        yield f"key:  {key.child}.{key.child_key} -> {key.parent}.{key.parent_key}"
    for each in dataset:
        yield from _facts([fact for fact in facts if fact.table == each.name], is_alone=len(dataset.tables) == 1)
    for words in perhaps_decided(dataset):
        yield f"perhaps: {words}"
    for note in dataset.notes:
        yield f"{'warning' if note in asked else 'note'}: {note}"


def _facts(facts: Sequence[Fact], *, is_alone: bool) -> Iterator[str]:
    """The facts of one table, each group of columns once, and no more of them than are read."""
    from privsynth.describe.telling import in_groups

    grouped = in_groups(facts)
    for fact in grouped[:MOST_FACTS]:
        yield f"fact: {'' if is_alone else f'{fact.table}: '}{fact.words}"
    if len(grouped) > MOST_FACTS:
        yield f"fact: {'' if is_alone else f'{facts[0].table}: '}{len(grouped) - MOST_FACTS:,} more: --json"


def _title(table: Table) -> str:
    size = f"{len(table):,} rows x {len(table.columns)} columns"
    return f"{table.name}   {size}   one person per {table.person or 'row'}"


def _summary(lines: Sequence[Line]) -> str:
    """Who is in it, in one line."""
    by_role = {
        role: [line["column"] for line in lines if line["role"] == role]
        for role in ("identifier", "direct", "quasi", "sensitive", "free_text")
    }
    parts = [f"{len(by_role['identifier'])} identifiers", f"{len(by_role['direct'])} direct"]
    parts += [
        f"{len(names)} {word}: {', '.join(names)}"
        for role, word in (("quasi", "quasi-identifying"), ("sensitive", "sensitive"))
        if (names := by_role[role])
    ]
    return "   ".join([*parts, *([f"{len(by_role['free_text'])} free text"] if by_role["free_text"] else [])])


def _table(lines: Sequence[Line]) -> str:
    shown = table([_cells(line) for line in lines], HEADER)
    return "".join(f"{_cut(line, _width())}\n" for line in shown.splitlines())


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _cut(line: str, width: int) -> str:
    """The end of a long line, which is its reason, gives way to the terminal."""
    return line if not width or len(line) <= width else f"{line[: max(1, width - 4)].rstrip()} ..."


def _cells(line: Line) -> tuple[str, ...]:
    from privsynth.describe.plan import sureness

    missing = "" if not line["missing"] else f"{line['missing']:.1%}" if line["missing"] >= 0.001 else "<0.1%"
    sure = "said" if line["declared"] else sureness(line["confidence"])
    return (
        line["column"],
        line["kind"],
        line["role"].replace("_", " "),
        line["entity"] or "",
        missing,
        f"{line['distinct']:,}",
        sure,
        line["why"],
    )
