"""From bytes to UTF-8: byte order mark, strict UTF-8, provable UTF-16, the declared encoding, or a noted guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from privsynth.errors import InputError, PolicyError
from privsynth.read.refusal import refuse

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PLAUSIBLE = (  # what tables are really saved in
    *(
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp437",
        "cp850",
        "cp852",
        "cp866",
        "cp874",
        "koi8_r",
        "koi8_u",
    ),
    *("latin_1", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_8", "iso8859_9", "iso8859_15", "mac_roman"),
    *("cp932", "shift_jis", "euc_jp", "cp949", "euc_kr", "gb18030", "gbk", "gb2312", "big5"),
)
TELLING = 8  # with fewer bytes beyond ASCII any guess but the commonest is a throw
BLOCK = 2**24
GUESS_BYTES = 2**18
_WESTERN = "€£°§²³µ–—‘’“”…«»ºª¿¡·©®½¼¾\xa0´•±×"  # noqa: RUF001 - signs of cp1252, as they are
ASK = "say which encoding it is with --encoding (for instance cp1252), or save the file as UTF-8"


@dataclass(frozen=True)
class Decoded:
    """The text as UTF-8 bytes without a mark, and how it was found."""

    data: bytes
    encoding: str
    note: str = ""


def decoded(raw: bytes, file: str, declared: str | None) -> Decoded:
    """The text of the file, or an error that says at which line it is none."""
    wished = None if declared is None else _codec(declared)
    text = _marked(raw, file, wished) or (_declared(raw, file, wished) if wished else _found(raw, file))
    nul = text.data.find(b"\0")
    if nul >= 0:
        raise refuse(
            file, "there is a NUL character", "the file is damaged or no text; " + ASK, line=line_at(text.data, nul)
        )
    mark = text.data.find(codecs.BOM_UTF8)
    if mark >= 0 and (mark == 0 or text.data[mark - 1 : mark] in (b"\n", b"\r")):
        hint = "files were put together with their marks: take the mark out, and the second header, if there is one"
        raise refuse(file, "a byte order mark stands at the beginning of a line", hint, line=line_at(text.data, mark))
    return text


def _codec(name: str) -> str:
    try:
        info = codecs.lookup(name)
    except LookupError:
        info = None
    if info is None or not info._is_text_encoding:
        raise PolicyError(
            "read.encoding is not the name of a text encoding.", hint="for instance utf-8, cp1252, latin-1, utf-16"
        )
    return info.name


def _marked(raw: bytes, file: str, wished: str | None) -> Decoded | None:
    """A byte order mark decides."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            if wished and not name.startswith(wished.removesuffix("-sig")):
                raise refuse(file, f"its byte order mark says {name}, the policy says {wished}", "leave out --encoding")
            return Decoded(_utf8(raw[len(mark) :], name, file), name)
    return None


def _declared(raw: bytes, file: str, wished: str) -> Decoded:
    data = _utf8(raw, wished, file)
    also = wished != "utf-8" and not raw.isascii() and _is_utf8(raw)
    return Decoded(
        data, wished, f"{file}: read as {wished} as declared; the bytes are valid utf-8 as well" if also else ""
    )


def _found(raw: bytes, file: str) -> Decoded:
    wide = _wide(raw)
    if wide:
        return Decoded(
            _utf8(raw, wide, file), wide, f"{file}: there is no byte order mark; the zero bytes show that it is {wide}"
        )
    if _is_utf8(raw):
        return Decoded(raw, "utf-8")
    return _guessed(raw, file)


def _is_utf8(raw: bytes) -> bool:
    try:
        _check_utf8(raw)
    except UnicodeDecodeError:
        return False
    return True


def _check_utf8(raw: bytes) -> None:
    """Decode block by block, so that the whole text never stands in memory a second time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), BLOCK):
        decoder.decode(raw[start : start + BLOCK])
    decoder.decode(b"", final=True)


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark, if the zero bytes of its Latin letters and line ends lie on one side only."""
    if len(raw) < 4 or len(raw) % 2 or b"\0" not in raw:
        return None
    even, odd = raw[0:BLOCK:2].count(0), raw[1:BLOCK:2].count(0)
    name = "utf-16-le" if not even else "utf-16-be" if not odd else None
    if name is None or (even + odd) * 10 < min(len(raw), BLOCK):
        return None
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        return None
    return name if re.search(r"[\r\n]", text) and not re.search(r"[\0-\x08\x0e-\x1f\ufffe\uffff]", text) else None


def _utf8(raw: bytes, name: str, file: str) -> bytes:
    if name == "utf-8":
        return _strict(raw, file)
    try:
        return raw.decode(name).encode("utf-8")
    except UnicodeError as error:
        raise _undecodable(raw, name, file, getattr(error, "start", 0)) from None


def _strict(raw: bytes, file: str) -> bytes:
    try:
        raw.decode("utf-8") if len(raw) <= BLOCK else _check_utf8(raw)
    except UnicodeDecodeError as error:
        raise _undecodable(raw, "utf-8", file, error.start if len(raw) <= BLOCK else _first_bad(raw)) from None
    return raw


def _first_bad(raw: bytes) -> int:
    """Where strict UTF-8 ends, searched block by block."""
    start = 0
    while start < len(raw):
        end = min(start + BLOCK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80 and end > start:
            end -= 1
        try:
            raw[start:end].decode("utf-8")
        except UnicodeDecodeError as error:
            return start + error.start
        start = end if end > start else start + BLOCK
    return len(raw)


def _undecodable(raw: bytes, name: str, file: str, at: int) -> InputError:
    wide = 4 if "32" in name else 2 if "16" in name else 1
    text = raw[:at].decode(name, "replace").encode() if wide > 1 else raw[:at]
    return refuse(file, f"the bytes are not {name}", ASK, line=line_at(text, len(text)))


def _guessed(raw: bytes, file: str) -> Decoded:
    name = _guess(_telling(raw))
    if name is None:
        raise _undecodable(raw, "utf-8", file, _first_bad(raw))
    data = _utf8(raw, name, file)
    return Decoded(
        data,
        name,
        f"{file}: the bytes are not utf-8; the encoding was guessed as {name}: "
        "check the letters, or say it with --encoding",
    )


def _telling(raw: bytes) -> bytes:
    """The lines that hold anything beyond ASCII: only they tell encodings apart."""
    lines = re.findall(rb"[^\n]*[\x80-\xff][^\n]*\n?", raw[: 2**23])
    return b"".join(lines)[:GUESS_BYTES]


def _guess(sample: bytes) -> str | None:
    """The likeliest encoding; cp1252 where nothing speaks against it, because it is the commonest by far."""
    from charset_normalizer import from_bytes

    if re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", sample):
        return None
    matches = from_bytes(sample, cp_isolation=list(PLAUSIBLE))
    best = matches.best()
    if best is None:
        return None
    western = next((match for match in matches if "cp1252" in (match.encoding, *match.could_be_from_charset)), None)
    if western and western.chaos <= best.chaos + 0.02 and _is_western(sample):
        return "cp1252"
    name, beyond = str(best.encoding), sum(byte > 0x7F for byte in sample)
    return name if beyond >= TELLING and _is_text(sample.decode(name, "replace")) else None


def _is_text(text: str) -> bool:
    """Letters above all: signs, boxes and controls beyond ASCII are what a wrong guess looks like."""
    beyond = [c for c in text if c > "\x7f"]
    return not any("\x80" <= c <= "\x9f" or c == "\ufffd" for c in beyond) and 2 * sum(
        c.isalpha() for c in beyond
    ) >= len(beyond)


def _is_western(sample: bytes) -> bool:
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return all(c.isalpha() or c in _WESTERN for c in text if c > "\x7f")


def line_at(data: bytes, offset: int) -> int:
    """The number of the line in which the byte lies, counting LF, CRLF and CR."""
    before = data[:offset]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
