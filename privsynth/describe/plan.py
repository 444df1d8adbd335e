"""A policy file to edit: what each column was taken for, and why. It holds names, never a value of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe.doubts import is_doubted
from privsynth.describe.facts import perhaps_decided
from privsynth.describe.masking import step_words
from privsynth.errors import visible
from privsynth.mask_steps import Drop, step_names
from privsynth.options import LAYOUT, MaskOptions, ReadPolicy
from privsynth.plainyaml import quoted
from privsynth.policy import Policy
from privsynth.statistics import Fact

SCHEMA_FILE = "policy.schema.json"


def plan_text(data: Dataset, facts: tuple[Fact, ...], policy: Policy, *, schema: str = SCHEMA_FILE) -> str:
    """A commented policy that says what would be taken anyway: loading it changes nothing until somebody edits it."""
    return (
        "\n".join(
            (
                *_head(schema, policy),
                *_reading(policy.read),
                *_tables(data, policy, facts),
                *_relations(data),
                *_facts(data, facts),
                *_tail(policy),
            )
        )
        + "\n"
    )


def sureness(confidence: float) -> str:
    """A confidence in a word."""
    return (
        "certain"
        if confidence >= 0.95
        else "likely"
        if confidence >= 0.75
        else "perhaps"
        if confidence >= 0.6
        else "a guess"
    )


def _head(schema: str, policy: Policy) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={schema}"
    yield "# privsynth policy, version 1. Each line says what would be taken anyway, and why; change what is wrong."
    yield (
        "# roles: identifier (a key), direct (names a person), quasi (names one with others), "
        "sensitive, free_text, plain"
    )
    yield ""
    yield "version: 1"
    yield f"profile: {policy.profile}          # the limits; they may only be tightened:"
    yield f"# limits: {{ k: {policy.limits.k}, fidelity_min: {policy.limits.fidelity_min} }}"
    yield "# seed: 7                   # the same rows each time; a fresh seed when absent"
    yield "# rows: 5000                # rows of the first table; as many as the source when absent"
    yield ""


def _reading(read: ReadPolicy) -> Iterator[str]:
    """How the files were asked to be read: the same when this file is used."""
    asked = _asked(read)
    if asked:
        yield "read:"
        yield from (f"  {line}" for line in asked)
        yield ""


def _asked(read: ReadPolicy) -> list[str]:
    said = ((name, value) for name, value in read.said.items() if name in LAYOUT and value is not None)
    return [f"{name}: {quoted(value) if isinstance(value, str) else str(value).lower()}" for name, value in said]


def _tables(data: Dataset, policy: Policy, facts: tuple[Fact, ...]) -> Iterator[str]:
    yield "tables:"
    for table in data:
        yield f"  {quoted(table.name)}:"
        asked = _asked(policy.table(table.name).read)
        if asked:
            yield f"    read: {{ {', '.join(asked)} }}"
        if table.person is not None:
            yield (
                f"    person: {quoted(table.person)}"
                "    # rows with the same one belong to one person: split, counted and protected together"
            )
        else:
            yield (
                "    # person:            "
                "# each row is one person; else name the column whose value one person's rows share"
            )
        yield "    columns:"
        yield from _columns(table)
        yield from _arithmetic([fact for fact in facts if fact.kind == "arithmetic" and fact.table == table.name])


def _arithmetic(facts: list[Fact]) -> Iterator[str]:
    """What was found and is kept anyway, as rules to choose from."""
    if not facts:
        return
    yield "    # arithmetic: declared     # rows keep what was found here; with this line only what stands in rules"
    yield "    # rules:                   # a rule holds in every row"
    names = Counter[str]()
    for fact in facts:
        names[fact.columns[0]] += 1
        count = names[fact.columns[0]]
        name = f"{fact.columns[0]} {count}" if count > 1 else fact.columns[0]
        expect = visible(fact.expect).replace("'", "''")
        yield f"    #   - {{ name: {quoted(name)}, expect: '{expect}' }}    # {_in_rows(fact.share)}"


def _in_rows(share: float) -> str:
    return "in every row" if share == 1.0 else f"in {min(share, 0.9999):.2%} of the rows".replace("%", " %")


def _columns(table: Table) -> Iterator[str]:
    lines = [(f"      {quoted(column.name)}: {_said(column)}", f"# {_why(column)}") for column in table.columns]
    width = min(max((len(left) for left, _ in lines), default=0), 100)
    yield from (f"{left.ljust(width)}  {comment}" for left, comment in lines)


def _why(column: Column) -> str:
    why = f"{sureness(column.confidence)}: {visible(column.reason)}"
    return f"{why}. Say role: {column.role.value}, or role: plain, or role: drop" if is_doubted(column) else why


def _said(column: Column) -> str:
    """What would be taken anyway; a role that is in doubt is left open, so that the question stays until it is said."""
    if isinstance(column.step, Drop):
        return f"{{ role: drop, kind: {column.kind.value} }}"
    doubted = is_doubted(column)
    said = [f"kind: {column.kind.value}"] if doubted else [f"role: {column.role.value}", f"kind: {column.kind.value}"]
    if column.entity is not None and not doubted:
        said.append(f"entity: {quoted(column.entity)}")
    if column.format is not None:
        said.append(f"format: {quoted(column.format)}")
    if column.kind is Kind.NUMBER and column.spelling.decimal_mark == ",":
        said.append("decimal: ','")
    if column.misfits and (column.kind.is_numeric or column.kind is Kind.DATE):
        said.append("misfits: missing")
    if column.step is not None:
        said.append(f"mask: {step_words(column.step)}")
    return f"{{ {', '.join(said)} }}"


def _relations(data: Dataset) -> Iterator[str]:
    if data.relations:
        yield ""
        yield "relations:    # each row of the child belongs to the row of the parent whose key it repeats"
    for r in data.relations:
        parent = f"parent: {quoted(r.parent)}, parent_key: {quoted(r.parent_key)}"
        yield f"  - {{ {parent}, child: {quoted(r.child)}, child_key: {quoted(r.child_key)} }}"


def _facts(data: Dataset, facts: tuple[Fact, ...]) -> Iterator[str]:
    others = [f"{fact.table}: {fact.words}" for fact in facts if fact.kind != "arithmetic"]
    if said := [*others, *perhaps_decided(data)]:
        yield ""
        yield "# What holds between the columns:"
    for words in said:
        yield f"#   {visible(words)}"


def _tail(policy: Policy) -> Iterator[str]:
    yield ""
    yield "backend:"
    if isinstance(policy.backend, MaskOptions):
        yield (
            "  kind: mask            # what it does with each column stands behind mask: above; "
            "a column that is not listed there stops the run"
        )
        yield f"  # steps: {', '.join(step_names())}"
        yield (
            "  # key_file: KEY       # the same tokens in every run with this key (privsynth key new KEY); "
            "without one the key dies with the run"
        )
        return
    yield (
        "  kind: auto            # model (learnt), rules (a rulebook), clone (mostly one person, others mixed in) "
        "or mask (the same rows, pseudonymised)"
    )
