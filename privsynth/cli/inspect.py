"""`privsynth inspect`: what each column is taken for, and why."""

from __future__ import annotations

import sys

from privsynth.cli.run import Config, DataFiles, Delimiter, Encoding, Json, NoHeader, OnRagged, reading
from privsynth.cli.screen import result, table, write_json
from privsynth.policy import load_policy


def inspect(
    data: DataFiles,
    config: Config = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    as_json: Json = False,
) -> int:
    """Show tables, columns, kinds, roles and the reason for each; nothing is made."""
    policy = load_policy(config, reading(encoding, delimiter, on_ragged, no_header))

    from privsynth import api

    found = api.inspect(list(data), policy)
    if as_json:
        tables = [{"table": t.name, "rows": len(t), "entity": t.entity, "columns": [api.column_line(c) for c in t.columns]} for t in found]
        relations = [{"parent": r.parent, "parent_key": r.parent_key, "child": r.child, "child_key": r.child_key} for r in found.relations]
        write_json(result("inspect", 0, outcome="inspected", tables=tables, relations=relations, warnings=list(found.notes)))
        return 0
    for each in found:
        lines = [(c.name, c.kind.value, c.role.value.replace("_", " "), c.entity or "", c.reason) for c in each.columns]
        sys.stdout.write(f"{each.name}   {len(each):,} rows x {len(each.columns)} columns{f'   one person per {each.entity}' if each.entity else ''}\n\n")
        sys.stdout.write(table(lines, ("column", "kind", "role", "holds", "why")) + "\n")
    for relation in found.relations:
        sys.stdout.write(f"{relation.child}.{relation.child_key} -> {relation.parent}.{relation.parent_key}\n")
    for note in found.notes:
        sys.stdout.write(f"note: {note}\n")
    return 0
