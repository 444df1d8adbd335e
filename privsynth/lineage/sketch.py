"""What a ledger remembers of a source, so that a table that shares rows with it is known again.

A sketch counts: for each of some sets of columns, how many rows fall into each of a few buckets, where the bucket of a
row is a keyed digest of what stands in those columns. Counts of two tables differ by as much as their rows do (Alon,
Matias and Szegedy 1999), whatever the order of rows, and names of columns play no part. A bucket holds three rows or
more on average, so that it says next to nothing of one row; and the whole is sealed with the key of the ledger.
"""

from __future__ import annotations

import hmac
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.errors import PrivsynthError
from privsynth.measure.mixing import mixed
from privsynth.typing import Array

VERSION = 1
SETS = 64  # different sets of columns
LEAST_SETS = 32  # in small tables, of which each set tells more; fewer different ones come again, in other buckets
ROOMY = 128  # buckets of tables that are not small
TRIES = 256  # at such; of few columns many come out again
FULL = 8  # the first of them spread the rows over all buckets
LEAST, MOST = 8, 512  # buckets of each
ROWS_A_BUCKET = 3
SPREADS = (1,) * FULL + (8, 16) * TRIES  # the others over a part, and need fewer columns
FEWEST = 8  # rows of which there is a sketch
BINS = 32  # for the look of a column: what its values are, and of what size
SAMPLE = 5_000  # rows by which sets are chosen
NEARLY_CONSTANT = 0.75  # two rows agree in such a column more often than this
LEAST_NUMBER = 1e-300  # what is nearer to 0 counts as 0
NONCE = 12
LARGEST = 2**24  # bytes of a sketch, unpacked


@dataclass(frozen=True, eq=False, kw_only=True)
class Sketch:
    """What is remembered of one table."""

    rows: int
    distinct: int  # different rows, at three digits and to the day
    singles: int  # rows that no other equals so, and twins: with them chance is worked out
    twins: int
    useful: int  # columns that tell rows apart
    looks: Array = field(repr=False)  # of each column: shares of the rows, in 255ths
    names: tuple[int, ...] = field(repr=False)  # keyed digests of two bytes: of equal looks, the equal name
    sets: tuple[tuple[int, ...], ...] = field(repr=False)  # columns by number
    counts: Array = field(repr=False)  # of each set, by bucket

    @property
    def cells(self) -> float:
        """How many different rows there may be (Chao 1984): where few are possible, equal counts say little."""
        return self.distinct + self.singles * (self.singles - 1) / (2 * (self.twins + 1))


def sketch_of(parts: Parts, rows: int, key: bytes) -> Sketch | None:
    """The sketch of one table, whose rows may come in parts; None where too few rows or no columns tell anything."""
    wholes = list[Array]()
    if rows < FEWEST or not (useful := _useful(first := next(parts()).columns)):
        return None
    sets = _sets(first, useful, buckets_for(rows), np.random.default_rng(np.frombuffer(_word(key, "sets"), np.uint32)))
    looks = np.zeros((len(first), 2 * BINS))
    counts = np.zeros((len(sets), buckets_for(rows)), dtype=np.int64)
    for part in parts():
        cells = [column.cells for column in part.columns]
        looks += np.stack([column.look for column in part.columns])
        counts += [counts_of([cells[c] for c in each], n, counts.shape[1], key) for n, each in enumerate(sets)]
        wholes.append(_rows(cells, _salt(key, "whole")))
    times = np.unique(np.unique(np.concatenate(wholes), return_counts=True)[1], return_counts=True)
    how_often = dict(zip(*(each.tolist() for each in times), strict=True))
    return Sketch(
        rows=rows,
        distinct=sum(how_often.values()),
        singles=how_often.get(1, 0),
        twins=how_often.get(2, 0),
        useful=len(useful),
        looks=np.rint(looks / rows * 255).astype(np.int64),
        names=next(parts()).names,
        sets=sets,
        counts=counts,
    )


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """A column as digests of its cells, to three digits, to the day, by letters alone; and how its values look."""

    cells: Array = field(repr=False)
    look: Array = field(repr=False)  # how many rows fall into which of a few bins, by value, and by size
    is_number: bool

    @property
    def agreement(self) -> float:
        """How often two rows agree."""
        _, counts = np.unique(self.cells, return_counts=True)
        return float(((counts / max(1, len(self.cells))) ** 2).sum())


@dataclass(frozen=True, eq=False)
class CodedTable:
    columns: list[CodedColumn]
    names: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0


Parts = Callable[[], Iterator[CodedTable]]


def coded(table: Table, key: bytes) -> CodedTable:
    names = tuple(_name(key, column.name) for column in table.columns)
    return CodedTable([_coded(table.values(column.name), _salt(key, "look")) for column in table.columns], names)


def _coded(values: Array, salt: np.uint64) -> CodedColumn:
    codes, distinct = pd.factorize(values)
    cells, sizes, is_number = _digests(np.asarray(distinct))
    of_values = [np.append(each, _MISSING) for each in (cells, sizes)]
    counts = np.bincount(np.where(codes < 0, len(distinct), codes), minlength=len(distinct) + 1)
    bins = [(mixed(each ^ salt) % np.uint64(BINS)).astype(np.int64) for each in of_values]
    look = np.concatenate([np.bincount(each, weights=counts, minlength=BINS) for each in bins])
    return CodedColumn(of_values[0][codes], look, bool(counts[:-1][is_number].sum() * 2 > counts[:-1].sum()))


_MISSING = np.uint64(0x6A09E667F3BCC909)  # any number that no value is likely to have


def _digests(distinct: Array) -> tuple[Array, Array, Array]:
    """Of each value, and of its size; and whether it is a number or a day."""
    if distinct.dtype.kind == "M":
        days = distinct.astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64)
        return _hashed(days.astype(np.int64)), _hashed(months), np.ones(len(distinct), dtype=bool)
    if distinct.dtype.kind in "biuf":
        return *_of_numbers(distinct.astype(np.float64)), np.ones(len(distinct), dtype=bool)
    texts = pd.Series(distinct, dtype=object).astype(str).str.strip().str.casefold()
    bare = texts.str.replace(r"[\W_]+", "", regex=True)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    words = pd.util.hash_array(bare.where(bare != "", texts).to_numpy(dtype=object), categorize=False)
    cells, sizes = _of_numbers(np.nan_to_num(numbers))
    is_word, lengths = np.isnan(numbers), _hashed(bare.str.len().to_numpy(dtype=np.int64))
    return np.where(is_word, words, cells), np.where(is_word, lengths, sizes), ~is_word


def _of_numbers(numbers: Array) -> tuple[Array, Array]:
    """To three digits; and the first digit with the power of ten."""
    numbers = np.nan_to_num(numbers, posinf=np.finfo(np.float64).max, neginf=np.finfo(np.float64).min)
    size = np.abs(np.where(np.abs(numbers) < LEAST_NUMBER, 0.0, numbers))
    power = np.floor(np.log10(np.where(size > 0, size, 1.0)))
    digits = np.rint(np.sign(numbers) * size / 10.0**power * 100).astype(np.int64)
    carried = np.abs(digits) == 1000
    digits, power = np.where(carried, digits // 10, digits), (power + carried).astype(np.int64)
    return _hashed(digits * 4096 + power), _hashed(digits // 100 * 4096 + power)


def _hashed(numbers: Array) -> Array:
    return np.asarray(pd.util.hash_array(numbers, categorize=False), dtype=np.uint64)


def buckets_for(rows: int) -> int:
    """So many that each holds three rows or more on average, but in tables of a few rows."""
    return min(MOST, max(LEAST, rows // ROWS_A_BUCKET))


def counts_of(cells: Sequence[Array], number: int, buckets: int, key: bytes) -> Array:
    """The counts of one set, whose columns come in its order."""
    digests = _rows(cells, _salt(key, f"set {number}"))
    return np.bincount((digests % np.uint64(buckets)).astype(np.int64), minlength=buckets)


def _rows(cells: Sequence[Array], salt: np.uint64) -> Array:
    rows = np.zeros(len(cells[0]), dtype=np.uint64)
    for place, column in enumerate(cells, start=1):
        rows += mixed(column ^ mixed(np.array([salt + np.uint64(place)]))[0])
    return mixed(rows)


def _useful(columns: Sequence[CodedColumn]) -> list[int]:
    """The columns that tell rows apart; where fewer than two do, all that hold two values."""
    agreement = [column.agreement for column in columns]
    useful = [number for number, often in enumerate(agreement) if often <= NEARLY_CONSTANT]
    return useful if len(useful) > 1 else [number for number, often in enumerate(agreement) if often < 1]


def _sets(
    columns: Sequence[CodedColumn], useful: Sequence[int], buckets: int, rng: np.random.Generator
) -> tuple[tuple[int, ...], ...]:
    """Different sets of few columns, in which each column stands about as often: whichever are dropped or changed,
    some sets hold none of those, and what is left is in one of them. Some hold words alone and some numbers alone,
    since what changes a table often changes one of the two (a unit, a shift, a mark behind each text)."""
    some = np.sort(rng.permutation(len(columns[0].cells))[:SAMPLE])
    drawn = _Drawn(
        cells=[columns[number].cells[some] for number in useful],
        bits=np.array([-np.log2(max(columns[number].agreement, 1e-9)) for number in useful]) + 0.1,
        buckets=buckets,
    )
    kinds = _kinds(np.array([columns[number].is_number for number in useful]))
    for number in range(TRIES):
        drawn.add(kinds[number % len(kinds)], number, rng)
        if len(drawn.sets) == (SETS if buckets >= ROOMY else LEAST_SETS):
            break
    sets = list(drawn.sets) * LEAST_SETS
    return tuple(tuple(useful[at] for at in each) for each in sets[: max(LEAST_SETS, len(drawn.sets))])


def _kinds(is_number: Array) -> list[Array]:
    """All columns, and those of words and of numbers, where there are two or more of either."""
    everything = np.arange(len(is_number))
    alone = [everything[~is_number], everything[is_number]]
    return [everything, everything, *alone] if min(len(each) for each in alone) > 1 else [everything]


@dataclass(eq=False, kw_only=True)
class _Drawn:
    """Sets that are drawn one after another."""

    cells: Sequence[Array]
    bits: Array
    buckets: int
    sets: dict[tuple[int, ...], None] = field(default_factory=dict)

    def add(self, among: Array, number: int, rng: np.random.Generator) -> None:
        """One more set out of these columns, unless it is there already. It begins with the column that stood least;
        a small one goes on with columns of a half, else the most telling ones would be in all."""
        often = np.bincount([at for each in self.sets for at in each], minlength=len(self.bits))
        order = rng.permutation(among)
        order = order[np.argsort(often[order], kind="stable")]
        first, others = order[:1], rng.permutation(order[1:])
        others = others if number < FULL else others[: max(1, len(order) // 2)]
        others = others[np.argsort(rng.exponential(size=len(others)) / self.bits[others])]  # the telling ones sooner
        self.sets.setdefault(self._telling(np.append(first, others), SPREADS[number]))

    def _telling(self, order: Array, spread: int) -> tuple[int, ...]:
        """As many of these columns as spread rows over this part of the buckets."""
        enough = min(self.buckets, len(self.cells[0]) // 2) / spread
        for length in range(min(2, len(order)), len(order)):
            if len(np.unique(_rows([self.cells[at] for at in order[:length]], np.uint64(0)))) >= enough:
                return tuple(sorted(int(at) for at in order[:length]))
        return tuple(sorted(int(at) for at in order))


def _salt(key: bytes, what: str) -> np.uint64:
    return np.uint64(int.from_bytes(_word(key, what)[:8], "big"))


def _name(key: bytes, name: str) -> int:
    return int.from_bytes(_word(key, f"name {name.strip().casefold()}")[:2], "big")


def _word(key: bytes, what: str) -> bytes:
    return hmac.digest(key, b"sketch " + what.encode("utf-8", "surrogatepass"), "sha256")


def sealed(sketches: Sequence[Sketch], key: bytes, source: str) -> str:
    """As one text for the ledger, which tells nothing to whoever has not its key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content = json.dumps([_record(sketch) for sketch in sketches], separators=(",", ":")).encode("ascii")
    nonce = token_bytes(NONCE)
    return b64encode(
        nonce + AESGCM(_word(key, "seal")).encrypt(nonce, zlib.compress(content, 9), _bound(source))
    ).decode("ascii")


def opened(text: str, key: bytes, source: str) -> list[Sketch]:
    """The sketches of a record."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        content = b64decode(text, validate=True)
        packed = AESGCM(_word(key, "seal")).decrypt(content[:NONCE], content[NONCE:], _bound(source))
        return [_sketch(record) for record in json.loads(zlib.decompressobj().decompress(packed, LARGEST))]
    except (InvalidTag, ValueError, zlib.error):
        raise PrivsynthError(
            "the ledger was changed: a sketch cannot be opened with its key.",
            hint="restore the state directory from a copy, or name another one: counting then begins anew, "
            "and the manifest says so",
        ) from None


def _bound(source: str) -> bytes:
    return sha256(f"{VERSION} {source}".encode()).digest()


def _record(sketch: Sketch) -> dict[str, object]:
    numbers = {name: getattr(sketch, name) for name in ("rows", "distinct", "singles", "twins", "useful")}
    lists = {"names": list(sketch.names), "sets": [list(each) for each in sketch.sets]}
    return {**numbers, **lists, "looks": sketch.looks.tolist(), "counts": sketch.counts.tolist()}


def _sketch(record: dict[str, object]) -> Sketch:
    numbers = {name: int(str(record[name])) for name in ("rows", "distinct", "singles", "twins", "useful")}
    return Sketch(
        **numbers,
        names=tuple(record["names"]),  # type: ignore[arg-type]
        sets=tuple(tuple(each) for each in record["sets"]),  # type: ignore[attr-defined]
        looks=np.array(record["looks"], dtype=np.int64),
        counts=np.array(record["counts"], dtype=np.int64),
    )
