"""Names in a policy that the data does not have are mistakes, and the nearest name is shown."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.policy import Policy
from privsynth.read.refusal import shown


def refuse_unknown_names(data: Dataset, policy: Policy) -> None:
    """Every table and column that the policy speaks of must be there."""
    for name, wishes in policy.tables.items():
        _known("table", name, data.names)
        asked = [*wishes.columns, *filter(None, (wishes.key, wishes.person))]
        for column in asked:
            _known("column", column, [c.name for c in data[name].columns], name)
    for relation in policy.relations:
        for table, key in ((relation.parent, relation.parent_key), (relation.child, relation.child_key)):
            _known("table", table, data.names)
            _known("column", key, [c.name for c in data[table].columns], table)


def _known(what: str, name: str, names: Iterable[str], table: str = "") -> None:
    names = list(names)
    if name in names:
        return
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    place = f" of table {shown(table)}" if table else ""
    hint = (
        f"did you mean {shown(near[0])}?"
        if near
        else f"there {'is' if len(names) == 1 else 'are'}: {', '.join(map(shown, names[:12]))}{' ...' if len(names) > 12 else ''}"
    )
    raise PolicyError(
        f"the policy speaks of {what} {shown(name)}{place}, which is not in the data.",
        hint=hint,
        column=name if what == "column" else None,
    )
