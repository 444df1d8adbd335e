"""How tables meet the demands of a rulebook: for a person, for a program, and for code hosts. Never a value."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from privsynth.checks.answer import Answer
from privsynth.checks.filed import FiledTables
from privsynth.cli.sarif import SarifResult
from privsynth.errors import visible

WIDTH = 80
INDENT = " " * 10
KINDS = {
    "column": "A column that the book describes is there",
    "kind": "Cells are of the kind of their column",
    "missing": "Values are left out as often as the book says",
    "unique": "No two rows have the same values",
    "order": "Values rise from row to row",
    "reference": "What refers to a row of another table finds it",
    "children": "A row has as many rows below it as the book says",
    "total": "Totals are what the rows below come to",
    "values": "Values are ones that their column's way can give",
    "expectation": "Expectations hold, in all rows or in a share of them",
}


def told(answers: Sequence[Answer], filed: FiledTables) -> Iterator[str]:
    """Table by table what is broken, and last how many demands are."""
    for table in dict.fromkeys(answer.demand.table for answer in answers):
        mine = [answer for answer in answers if answer.demand.table == table]
        judged = [answer for answer in mine if not answer.unjudged]
        bad = [answer for answer in judged if answer.is_bad]
        if judged:
            name, rows = Path(filed.files.get(table, table)).name, len(filed.data[table])
            yield visible(f"{name}: {rows:,} rows, {len(judged) - len(bad)} rules kept, {len(bad)} broken")
        for answer in bad:
            yield from _broken(answer)
        yield from _unjudged(table, mine)
    yield _in_short(answers)


def _in_short(answers: Sequence[Answer]) -> str:
    """How many rules are broken; none is said to be kept that was not judged."""
    bad, unjudged = sum(answer.is_bad for answer in answers), sum(bool(answer.unjudged) for answer in answers)
    if unjudged == len(answers):
        return "no rule of the book was judged"
    rest = f"; {'1 was' if unjudged == 1 else f'{unjudged:,} were'} not judged" if unjudged else ""
    if unjudged and not bad:
        return f"none of the {len(answers) - unjudged:,} rules judged is broken{rest}"
    return f"{bad or 'no'} rule{'' if bad == 1 else 's'} of the book {'is' if bad == 1 else 'are'} broken{rest}"


def _broken(answer: Answer) -> Iterator[str]:
    demand = answer.demand
    word = "seldom" if answer.standing == "broken too seldom" else "broken"
    if demand.kind == "column":
        yield from _wrapped(f"  {word:<7} {demand.place}  {demand.columns[0]}: the file has no such column")
        return
    yield from _wrapped(f"  {word:<7} {demand.place}  {_demanded(answer)}")
    yield from _wrapped(f"{INDENT}{_count(answer)}")
    more = "" if answer.broken <= len(answer.lines) else ", ..."
    if answer.lines:
        one = "line" if answer.broken == 1 else "lines"
        yield from _wrapped(f"{INDENT}{one} {', '.join(f'{line}' for line in answer.lines)}{more}")


def _demanded(answer: Answer) -> str:
    """The column, what it must be, and from which others that follows."""
    first, *others = answer.demand.columns
    if answer.demand.kind in ("unique", "expectation"):
        return f"{', '.join(answer.demand.columns)}: {answer.demand.what}"
    return f"{first}: {answer.demand.what}" + (f" (from {', '.join(others)})" if others else "")


def _count(answer: Answer) -> str:
    share = f"{answer.broken:,} of {answer.rows:,} rows, {_percent(answer.share)}"
    if not answer.demand.allowed:
        return f"{share}; no row may"
    low, high = map(_percent, answer.interval)
    return f"{share} ({low} to {high}); the book says {_percent(answer.demand.allowed)}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(visible(line), WIDTH, subsequent_indent=INDENT, break_long_words=False)


def _unjudged(table: str, answers: Sequence[Answer]) -> Iterator[str]:
    """Why demands were not judged, each reason once."""
    reasons: dict[str, int] = {}
    for answer in answers:
        if answer.unjudged:
            reasons[answer.unjudged] = reasons.get(answer.unjudged, 0) + 1
    for reason, count in reasons.items():
        yield from _wrapped(f"{table}: {count} rule{'' if count == 1 else 's'} not judged: {reason}")


def record(answer: Answer) -> Mapping[str, object]:
    """The same for a program."""
    demand = answer.demand
    return {
        "table": demand.table,
        "columns": list(demand.columns),
        "kind": demand.kind,
        "demand": demand.what,
        "place": demand.place,
        "standing": answer.standing,
        "rows": answer.rows,
        "broken": answer.broken,
        "share": answer.share,
        "interval": list(answer.interval),
        "allowed": demand.allowed,
        "lines": list(answer.lines),
        "reason": answer.unjudged or None,
    }


def as_results(answers: Sequence[Answer], filed: FiledTables, book: Path) -> list[SarifResult]:
    """What is broken, in the lines of the data, with the line of the book beside it."""
    return [
        SarifResult(
            rule=answer.demand.kind,
            level="error",
            text=f"{_demanded(answer)}: {_count(answer)}",
            file=filed.files[answer.demand.table],
            lines=answer.lines or (1,),
            column=answer.demand.columns[0] if answer.demand.columns else None,
            table=answer.demand.table,
            said=(str(book), answer.demand.line),
        )
        for answer in answers
        if answer.is_bad
    ]
