"""`privsynth inspect`: what each column is taken for, and why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from privsynth.cli.screen import result, table, visible, write_json
from privsynth.cli.verbs.run import Config, DataFiles, Delimiter, Encoding, Json, NoHeader, OnRagged, reading
from privsynth.policy import load_policy

if TYPE_CHECKING:
    from privsynth.dataset import Table

HEADER = ("column", "kind", "role", "holds", "missing", "distinct", "sure", "why")


def inspect(
    data: DataFiles,
    config: Config = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    as_json: Json = False,
) -> int:
    """Show tables, columns, kinds, roles and the reason for each, keys, and what holds between columns; nothing is made."""
    policy = load_policy(config, reading(encoding, delimiter, on_ragged, no_header))

    from privsynth import api
    from privsynth.describe import facts_of

    found = api.inspect(list(data), policy)
    facts = facts_of(found)
    lines = {t.name: [api.column_line(t, c) for c in t.columns] for t in found}
    relations = [
        {"parent": r.parent, "parent_key": r.parent_key, "child": r.child, "child_key": r.child_key}
        for r in found.relations
    ]
    if as_json:
        tables = [{"table": t.name, "rows": len(t), "entity": t.person, "columns": lines[t.name]} for t in found]
        told = [
            {"kind": f.kind, "table": f.table, "columns": list(f.columns), "share": f.share, "words": f.words}
            for f in facts
        ]
        write_json(
            result(
                "inspect",
                0,
                outcome="inspected",
                tables=tables,
                relations=relations,
                facts=told,
                warnings=list(found.notes),
            )
        )
        return 0
    for each in found:
        sys.stdout.write(
            f"{visible(_title(each))}\n{visible(_summary(lines[each.name]))}\n\n{_table(lines[each.name])}\n"
        )
    for r in relations:
        sys.stdout.write(
            f"key:  {visible(r['child'])}.{visible(r['child_key'])} -> {visible(r['parent'])}.{visible(r['parent_key'])}\n"
        )
    for fact in facts:
        sys.stdout.write(f"fact: {visible(fact.table + ': ' if len(lines) > 1 else '')}{visible(fact.words)}\n")
    for note in found.notes:
        sys.stdout.write(f"note: {visible(note)}\n")
    return 0


def _title(each: Table) -> str:
    return f"{each.name}   {len(each):,} rows x {len(each.columns)} columns   one person per {each.person or 'row'}"


def _summary(lines: Sequence[dict[str, Any]]) -> str:
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


def _table(lines: Sequence[dict[str, Any]]) -> str:
    shown = table([_cells(line) for line in lines], HEADER)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    return "".join(f"{_cut(line, width)}\n" for line in shown.splitlines())


def _cut(line: str, width: int) -> str:
    """The end of a long line, which is its reason, gives way to the terminal."""
    return line if not width or len(line) <= width else f"{line[: max(1, width - 4)].rstrip()} ..."


def _cells(line: dict[str, Any]) -> tuple[str, ...]:
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
