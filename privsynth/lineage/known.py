"""Which sources of the ledger are the one at hand: those of equal content, and those that share half of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from privsynth.dataset import Dataset, Table
from privsynth.lineage.fingerprint import fingerprint, fingerprint_of_parts
from privsynth.lineage.kinship import shared
from privsynth.lineage.ledger import Record
from privsynth.lineage.sketch import CodedTable, Parts, Sketch, coded, opened, sealed, sketch_of
from privsynth.source import RelatedSource, SharedRows


@dataclass(frozen=True, eq=False, kw_only=True)
class KnownSource:
    """A source with its fingerprint, and with the sketches of its tables, by which others are compared with it."""

    source: str
    rows: int  # of the first table
    key: bytes = field(repr=False)
    tables: Sequence[Parts] = field(repr=False)
    sketches: Sequence[Sketch | None] = field(repr=False)
    compared: dict[str, SharedRows | None] = field(default_factory=dict, repr=False)  # by fingerprint

    @property
    def sealed(self) -> str:
        return sealed([sketch for sketch in self.sketches if sketch is not None], self.key, self.source)

    def related(self, records: Iterable[Record]) -> list[RelatedSource]:
        """The sources of these records, but for this one, that share half of the rows or cells; each is named once."""
        firsts = {record["source"]: record for record in records if record.get("sketch")}
        firsts.pop(self.source, None)
        found = [(record["record"], self._shared(record)) for record in firsts.values()]
        return [RelatedSource(record=number, shared=shared_) for number, shared_ in found if shared_ is not None]

    def _shared(self, record: Record) -> SharedRows | None:
        source = record["source"]
        if source not in self.compared:
            theirs = opened(record["sketch"], self.key, source)
            mine = [(own, parts) for own, parts in zip(self.sketches, self.tables, strict=True) if own is not None]
            pairs = (shared(other, own, parts, self.key) for other in theirs for own, parts in mine)
            self.compared[source] = max(
                (each for each in pairs if each is not None), key=lambda each: each.rows, default=None
            )
        return self.compared[source]


def known(data: Dataset, key: bytes, parts: Callable[[], Iterator[Table]] | None) -> KnownSource:
    """The source at hand. What only describes others, such as districts, makes no two sources one."""
    if parts is not None:
        source, rows = fingerprint_of_parts(parts(), key)
        tables: list[Parts] = [partial(_coded_parts, parts, key)]
        sketches = [sketch_of(tables[0], rows, key)]
        return KnownSource(source=source, rows=rows, key=key, tables=tables, sketches=sketches)
    own = [table for table in data if table.name not in data.lookups and table.columns]
    tables = [partial(_whole, coded(table, key)) for table in own]
    sketches = [sketch_of(each, len(table), key) for each, table in zip(tables, own, strict=True)]
    return KnownSource(source=fingerprint(data, key), rows=len(data.root), key=key, tables=tables, sketches=sketches)


def _whole(table: CodedTable) -> Iterator[CodedTable]:
    return iter([table])


def _coded_parts(parts: Callable[[], Iterator[Table]], key: bytes) -> Iterator[CodedTable]:
    return (coded(table, key) for table in parts())
