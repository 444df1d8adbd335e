"""How the fields of a file are set apart: delimiter, quote, escape. Where two readings fit equally, none is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from threading import RLock
from typing import Any

from privsynth.errors import PolicyError
from privsynth.options import ReadPolicy
from privsynth.read.canonical import BLANKS, COLUMNS, DRAWN, LINE, canonical, column_spans, is_rule, mark_of
from privsynth.read.refusal import refuse

STRONG = (",", ";", "\t", "|")
UNUSUAL = ("||", "::", "~", "^", "\x01", "\x1e", "\x1f", "¦", "§")  # rare in text, so that an even fit is no accident
WORDS = (BLANKS, COLUMNS, DRAWN)
ODD = frozenset("~^|¦§#*&!@=:;<>+_/")  # signs that may be part of a delimiter
WIDEST = 6  # signs beside a delimiter
FEW_LINES = 5  # in fewer lines, gaps may lie below each other by chance
FIRST, SECOND = 2**16, 2**20  # how much is looked at: little, and more where little does not tell
NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "space",
    BLANKS: "runs of blanks",
    COLUMNS: "columns of fixed width",
    DRAWN: "a drawn table",
}
ONE_COLUMN = "\x1f"  # a delimiter that occurs nowhere


_LIMIT = RLock()


@contextmanager
def field_limit(size: int) -> Iterator[None]:
    """The csv module keeps its longest field for the whole process: set it, and give it back."""
    with _LIMIT:
        old = csv.field_size_limit(size)
        try:
            yield
        finally:
            csv.field_size_limit(old)


@dataclass(frozen=True)
class Dialect:
    """One way to read records. Line ends are always LF, CRLF or CR."""

    delimiter: str = ","  # one character, several, or one of WORDS
    quote: str = '"'  # nothing: no field is quoted
    skip_space: bool = False  # the blank after each delimiter belongs to it
    escape: str = "doubled"  # how a quote is written inside quotes; with backslash, delimiters and line ends too

    @property
    def is_plain(self) -> bool:
        """Whether the strict reader knows it as it is."""
        return len(self.delimiter) == 1 and self.escape == "doubled"

    @property
    def mark(self) -> str:
        return mark_of(self.delimiter)

    def records(self, lines: Iterable[str]) -> Any:
        """Strict records of plain text: text behind a closing quote, or a quote that never closes, is an error."""
        return csv.reader(
            lines,
            delimiter=self.mark,
            quotechar=self.quote or '"',
            quoting=csv.QUOTE_MINIMAL if self.quote or not self.is_plain else csv.QUOTE_NONE,
            doublequote=True,
            skipinitialspace=self.skip_space,
            strict=True,
        )

    def plain(self, data: bytes) -> bytes:
        """The same records as the strict reader knows them; line ends stay where they are."""
        if self.is_plain:
            return data
        return canonical(data.decode(), self.delimiter, self.quote, self.escape, skip_space=self.skip_space).encode()

    def bare(self, data: bytes) -> bytes:
        """Plain text with each quoted field shrunk to one letter: delimiters, line ends and other fields are left."""
        return self._each_quoted(data, rb"\1q")

    def spread(self, data: bytes) -> list[int]:
        """Where in plain text each quoted field begins that goes over several lines."""
        found = self._quoted.finditer(data) if self._may_quote(data) else ()
        return [match.start(2) for match in found if b"\n" in match[2] or b"\r" in match[2]]

    def signed(self, data: bytes, sign: str) -> bytes:
        """Plain text with a sign at the beginning of each quoted field, inside its quotes."""
        quote = (self.quote or '"').encode()
        return self._each_quoted(data, rb"\1" + quote + sign.encode() + rb"\2" + quote)

    def _each_quoted(self, data: bytes, instead: bytes) -> bytes:
        return self._quoted.sub(instead, data) if self._may_quote(data) else data

    def _may_quote(self, data: bytes) -> bool:
        return (self.quote or '"').encode() in data and bool(self.quote or not self.is_plain)

    @property
    def _quoted(self) -> re.Pattern[bytes]:
        quote = (self.quote or '"').encode()
        before = rb"((?:\A|[\r\n]|" + re.escape(self.mark.encode()) + rb")" + (rb" *)" if self.skip_space else rb")")
        return re.compile(before + rb"%b([^%b]*(?:%b%b[^%b]*)*)%b" % ((quote,) * 6))

    @property
    def joint(self) -> str:
        """What stood between two fields."""
        mark = " " if self.delimiter == BLANKS else self.delimiter
        return f"{mark} " if self.skip_space else mark

    @property
    def words(self) -> str:
        return f"delimiter {_name(self.delimiter)}" if self.delimiter != ONE_COLUMN else "one column"


def _name(delimiter: str) -> str:
    return NAMES.get(delimiter, delimiter if delimiter.isprintable() else f"\\x{ord(delimiter[0]):02x}")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well a dialect fits the beginning of a file."""

    dialect: Dialect
    widths: Counter[int]
    header: int  # fields of the first record
    broken: bool
    stray: int  # quotes inside unquoted fields
    quoted: int  # quoted fields

    @property
    def is_clean(self) -> bool:
        return not self.broken and len(self.widths) == 1 and self.header > 1

    @property
    def usual(self) -> int:
        return self.widths.most_common(1)[0][0] if self.widths else 0

    @property
    def share(self) -> float:
        """The share of records as wide as the first."""
        return self.widths[self.header] / max(1, self.widths.total())


def without_sep(data: bytes) -> tuple[bytes, str | None]:
    """Excel's first line `sep=;` names the delimiter. A blank line stays for it, so that line numbers are kept."""
    line = re.match(rb"sep=([,;|\t])(?=[\r\n])", data, re.IGNORECASE)
    return (data[line.end() :], line[1].decode()) if line else (data, None)


def kept(delimiter: str, width: int) -> str:
    """The delimiter for writing. One column has none, and what nobody would find by looking is not written."""
    return delimiter if width > 1 and delimiter in STRONG else ","


def dialect_of(
    data: bytes, file: str, asked: ReadPolicy, *, named: str | None = None, tsv: bool = False
) -> tuple[Dialect, list[str]]:
    """The dialect of UTF-8 text, and what a person should know about the choice. `named`: what its first line says."""
    wished = asked.delimiter or named
    if wished and wished not in WORDS and any(sign in "\"'\r\n\\" or sign.isalnum() for sign in wished):
        raise PolicyError(
            "read.delimiter cannot hold a letter, a digit, a quote, a backslash or a line end.",
            hint=f"for instance ',' or ';' or '::', or one of the words {', '.join(WORDS)}",
        )
    with field_limit(SECOND):
        return _dialect_of(data, file, asked, wished, tsv=tsv)


def _dialect_of(
    data: bytes, file: str, asked: ReadPolicy, wished: str | None, *, tsv: bool
) -> tuple[Dialect, list[str]]:
    for size in (FIRST, SECOND):
        sample, cut = _sample(data, size)
        marks = (wished,) if wished else ("\t",) if tsv and b"\t" in data[:FIRST] else STRONG
        fits = [_best(mark, sample, asked, cut=cut) for mark in marks if wished or mark in sample]
        clean = [fit for fit in fits if fit.is_clean]
        if len(clean) == 1 or not cut:
            break
    if wished:
        chosen = fits[0]
    elif is_drawn(sample) and (drawn := _fit(Dialect(DRAWN), sample, cut=cut)).is_clean:
        chosen = drawn
    else:
        chosen = _decided(clean, fits, file) if clean else _doubtful(fits, data, sample, file, asked, cut=cut)
    wider = chosen.dialect.delimiter if wished else widened(chosen.dialect, sample)
    if wider != chosen.dialect.delimiter:
        what = f"the same signs stand beside each delimiter {_name(chosen.dialect.delimiter)} and may belong to it"
        hint = f"say which with --delimiter '{wider}' or --delimiter '{chosen.dialect.delimiter}'"
        raise refuse(file, what, hint)
    dialect = _spaced(chosen, sample)
    is_single = chosen.usual <= 1 and chosen.header == 1 and not wished
    return dialect, _notes(dialect, file, sample, is_single=is_single, is_asked=bool(wished))


def widened(dialect: Dialect, sample: str) -> str:
    """The delimiter with the signs that stand beside it wherever it stands, as in `~|~`; fields hardly share them."""
    mark = dialect.delimiter
    if mark not in (*STRONG, *UNUSUAL) or mark not in sample:
        return mark
    bare = dialect.bare(dialect.plain(sample.encode())).decode()
    count = bare.count(mark)
    for _ in range(WIDEST):
        at = bare.find(mark)
        before, after = bare[at - 1 : at], bare[at + len(mark) : at + len(mark) + 1]
        wider = [before + mark] * (before in ODD) + [mark + after] * (after in ODD)
        mark = next((one for one in wider if bare.count(one) == count), mark)
    return mark if bare.count("\n") + bare.count("\r") > 1 else dialect.delimiter


def is_drawn(sample: str) -> bool:
    """Whether a line between the first rows is drawn, as in Markdown and on the screens of databases."""
    lines = [match[1] for match in islice(LINE.finditer(sample), 4)]
    return any(map(is_rule, lines)) and any("|" in line for line in lines)


def _sample(data: bytes, size: int) -> tuple[str, bool]:
    """The beginning of the text, up to a line end, and whether anything was cut off."""
    if len(data) <= size:
        return data.decode("utf-8"), False
    end = max(data.rfind(b"\n", 0, size), data.rfind(b"\r", 0, size)) + 1
    return data[: end or size].decode("utf-8", "ignore"), True


def _best(delimiter: str, sample: str, asked: ReadPolicy, *, cut: bool) -> Fit:
    """The most usual quoting that fits without a flaw; the most usual one where none does, unless one is asked."""
    if asked.quote or asked.escape or delimiter in WORDS:
        return _fit(asked_dialect(delimiter, asked), sample, cut=cut)
    plain = _fit(Dialect(delimiter), sample, cut=cut)
    single = _single(delimiter, sample, plain, cut=cut)
    if single is not None:
        return single
    if plain.is_clean and not plain.stray:
        return _doubled(plain, sample, cut=cut) or plain
    tries = [Dialect(delimiter, skip_space=True)] if f'{delimiter} "' in sample else []
    tries += [Dialect(delimiter, escape="backslash")] if _escapes(delimiter, sample) else []
    for dialect in tries:
        fit = _fit(dialect, sample, cut=cut)
        if fit.is_clean and (fit.quoted or dialect.escape == "backslash") and not fit.stray and fit.widths.total() > 1:
            return fit
    return plain


def _escapes(delimiter: str, sample: str) -> bool:
    """Whether backslashes may protect signs. Before a line end one would join lines, which nobody is to guess."""
    is_joining = "\\\n" in sample or "\\\r" in sample
    return not is_joining and (f"\\{delimiter}" in sample or '\\"' in sample)


def asked_dialect(delimiter: str, asked: ReadPolicy) -> Dialect:
    """The dialect of which quote and escape are said."""
    quote = {"none": ""}.get(asked.quote or '"', asked.quote or '"')
    return Dialect(delimiter, quote=quote, escape=asked.escape or "doubled")


def _doubled(plain: Fit, sample: str, *, cut: bool) -> Fit | None:
    """Where each delimiter stands twice, it is a delimiter of two characters, and not one beside empty columns."""
    mark = plain.dialect.delimiter
    bare = plain.dialect.bare(sample.encode()).decode()
    if plain.header < 3 or bare.count(mark * 2) * 2 != bare.count(mark):
        return None
    fit = _fit(Dialect(mark * 2), sample, cut=cut)
    return fit if fit.is_clean and 2 * fit.header - 1 == plain.header else None


def _single(delimiter: str, sample: str, plain: Fit, *, cut: bool) -> Fit | None:
    """Apostrophes are quotes where nothing else fits, or where every record has fields between them."""
    if "'" not in sample or plain.quoted:
        return None
    fit = _fit(Dialect(delimiter, quote="'"), sample, cut=cut)
    return fit if fit.is_clean and fit.quoted and (not plain.is_clean or fit.quoted >= fit.widths.total()) else None


def _fit(dialect: Dialect, sample: str, *, cut: bool) -> Fit:
    text = dialect.plain(sample.encode())
    widths: list[int] = []
    broken, ended = False, 0
    lines = text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    reader = dialect.records(io.StringIO(text.decode(), newline=""))
    try:
        for record in reader:
            widths += [len(record)] if record else []
    except csv.Error:
        ended = reader.line_num
        broken = not (cut and ended >= lines)  # a quoted field may simply go on behind the sample
    bare = dialect.bare(text)
    quotes = text.count(dialect.quote.encode()) if dialect.quote else 0
    stray = bare.count(dialect.quote.encode()) if dialect.quote else 0
    return Fit(
        dialect=dialect,
        widths=Counter(widths),
        header=widths[0] if widths else 1,
        broken=broken,
        stray=0 if broken else stray,
        quoted=(quotes - stray) // 2,
    )


def _decided(clean: list[Fit], fits: list[Fit], file: str) -> Fit:
    """One clean reading, unless another delimiter has as good a claim."""
    best = [fit for fit in clean if not fit.stray] or clean
    rivals = [fit for fit in fits if not fit.is_clean and fit.header == fit.usual > best[0].header and fit.share >= 0.5]
    if len(best) == 1 and not rivals:
        return best[0]
    names = " and ".join(_name(fit.dialect.delimiter) for fit in (*best, *rivals))
    raise refuse(file, f"the fields may be set apart by {names}: both fit", "say which with --delimiter")


def _doubtful(fits: list[Fit], data: bytes, sample: str, file: str, asked: ReadPolicy, *, cut: bool) -> Fit:
    """No delimiter gives records of one width: the strict reader will say where, unless there is but one column."""
    wide = [fit for fit in fits if fit.header > 1 or fit.usual > 1]
    unusual = [_best(mark, sample, asked, cut=cut) for mark in UNUSUAL if mark in sample]
    clean = [fit for fit in unusual if fit.is_clean and fit.widths.total() > 1]
    if len(clean) == 1 and not any(fit.header > 1 for fit in wide):
        return clean[0]
    if wide:
        return max(wide, key=lambda fit: (not fit.broken, fit.share if fit.header > 1 else 0, fit.usual))
    for mark in (" ", BLANKS) if " " in sample else ():
        space = _best(mark, sample, asked, cut=cut)
        has_runs = mark == " " and "  " in next(LINE.finditer(sample))[1]  # which would be names of nothing
        if space.is_clean and not has_runs:
            return _spaces(space, sample, file)
    return _aligned(data) or _fit(_one_column(data), sample, cut=cut)


def _aligned(data: bytes) -> Fit | None:
    """Columns of fixed width, where many lines and numbers show them. Any line may fill a gap, so all are looked at."""
    text = data.decode()
    if "  " not in text or len(column_spans(text)) < 2:
        return None
    fit = _fit(Dialect(COLUMNS), text, cut=False)
    return fit if fit.is_clean and fit.widths.total() >= FEW_LINES and _is_confirmed(fit, text) else None


def _is_confirmed(fit: Fit, sample: str) -> bool:
    """Whether a column holds nothing but numbers below its name."""
    text = fit.dialect.plain(sample.encode()).decode()
    records = [record for record in fit.dialect.records(io.StringIO(text, newline="")) if record]
    columns = range(fit.header) if len(records) > 2 else ()
    return any(all(re.fullmatch(r"-?\d+([.,]\d+)?", row[at]) for row in records[1:]) for at in columns)


def _spaces(fit: Fit, sample: str, file: str) -> Fit:
    """Spaces stand in ordinary text, so they count as delimiters only where numbers or quotes confirm it."""
    if fit.header < 3 or not (_is_confirmed(fit, sample) or fit.quoted) or fit.widths.total() < 3:
        raise refuse(
            file,
            "this is one column of words, or several columns set apart by spaces",
            f"say which with --delimiter {BLANKS} or --delimiter ,",
        )
    return fit


def _one_column(data: bytes) -> Dialect:
    return Dialect(next((d for d in (*STRONG, ONE_COLUMN) if d.encode() not in data), ONE_COLUMN))


def _spaced(fit: Fit, sample: str) -> Dialect:
    """`a, b, c`: where a blank follows every single delimiter, it belongs to the delimiter."""
    dialect, mark = fit.dialect, fit.dialect.mark.encode()
    bare = replace(dialect, skip_space=True).bare(dialect.plain(sample.encode()))
    every = dialect.delimiter in (*STRONG, *UNUSUAL) and bare.count(mark + b" ") == bare.count(mark) > 0
    return replace(dialect, skip_space=dialect.skip_space or every)


def _notes(dialect: Dialect, file: str, sample: str, *, is_single: bool, is_asked: bool) -> list[str]:
    notes = []
    if dialect.skip_space:
        notes.append(f"{file}: the blank after each delimiter was taken as part of it")
    if dialect.escape == "backslash":
        notes.append(f"{file}: quotes or delimiters inside fields are written with a backslash there; it was taken off")
    if dialect.quote == "'":
        notes.append(f"{file}: fields are quoted with ' there; the quotes were taken off")
    if dialect.delimiter == " ":
        notes.append(f"{file}: the fields are set apart by spaces")
    elif dialect.delimiter not in (*STRONG, ONE_COLUMN) and not is_asked:
        notes.append(f"{file}: the fields are set apart by {_name(dialect.delimiter)}")
    inside = [NAMES[mark] for mark in STRONG if mark in sample] if is_single else []
    if inside:
        notes.append(f"{file}: read as one column, although its values hold {' and '.join(inside)}")
    if is_single and re.match(r"\S+[ \t]+\S", sample):
        ways = f"--delimiter ' ', {BLANKS} or {COLUMNS}"
        notes.append(f"{file}: read as one column, although its first line holds blanks; {ways} would set fields apart")
    return notes
