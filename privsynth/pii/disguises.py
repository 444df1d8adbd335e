"""What anybody can put on a value and take off again without a key, and the texts that are left when it is off."""

from __future__ import annotations

import html
import re
from base64 import b32decode, b64decode
from binascii import Error, unhexlify
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

DEPTH = 2  # disguises that are taken off one after another
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,5})\}|x([0-9a-fA-F]{2}))|=([0-9a-fA-F]{2})")
_TAG = re.compile(r"(?<=[\w.-])\+[^@\s]*(?=@)")
_IN_BRACKETS = re.compile(r"(?i)\s*[\[({<]\s*(?:at|dot|punkt|punto|point)\s*[\])}>]\s*")
_BY_ITSELF = re.compile(r"(?i)(?<=\w)\s+(?:at|dot|punkt|punto|point)\s+(?=\w)")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{8,}={0,2}(?![A-Za-z0-9+/_-])")
_IN_A_PATH = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{8,}={0,2}(?![A-Za-z0-9_-])")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{8,}|[a-z2-7]{8,})={0,6}(?![A-Za-z0-9])")
_HEX = re.compile(r"(?<![A-Za-z0-9])((?:(?:0[xX])?[0-9a-fA-F]{2}[\s:,-]*){6,})(?![A-Za-z0-9])")
_BETWEEN_BYTES = re.compile(r"0[xX]|[\s:,-]")
_MAY_BE_CODED = re.compile(
    r"(?i)[%&\\=+\[({<]|(?<!\w)(?:at|dot|punkt|punto|point)(?!\w)|[a-z0-9+/_-]{8}|[0-9a-f]{2}[\s:,-]+(?:0x)?[0-9a-f]{2}"
    r"|[\U000e0020-\U000e007e]"
)
_UNSEEN = re.compile(r"[\U000e0020-\U000e007e]+")
_TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}  # which nothing shows
_ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)


@dataclass(frozen=True)
class Disguise:
    """One of them: what the report calls it, and the texts that may have been under it."""

    name: str
    how: str
    off: Callable[[str], Iterable[str]] = field(repr=False)


def _percent(text: str) -> Iterator[str]:
    if "%" in text and (plain := unquote(text)) != text:
        yield plain


def _page(text: str) -> Iterator[str]:
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain


def _escaped(text: str) -> Iterator[str]:
    if ("\\" in text or "=" in text) and (
        plain := _ESCAPE.sub(lambda match: chr(int(next(filter(None, match.groups())), 16)), text)
    ) != text:
        yield plain


def _unseen(text: str) -> Iterator[str]:
    if not text.isascii() and (plain := _UNSEEN.sub(r" \g<0> ", text).translate(_TAG_LETTERS)) != text:
        yield plain


def _tagged(text: str) -> Iterator[str]:
    if "+" in text and (plain := _TAG.sub("", text)) != text:
        yield plain


def _spelt_out(text: str) -> Iterator[str]:
    for written in (_IN_BRACKETS, _BY_ITSELF):
        if (plain := written.sub(" ", text)) != text:
            yield plain


def _backwards(text: str) -> Iterator[str]:
    yield text[::-1]


def _rot13(text: str) -> Iterator[str]:
    yield text.translate(_ROT13)


def _base64(text: str) -> Iterator[str]:
    found = {*_BASE64.findall(text), *(_IN_A_PATH.findall(text) if "/" in text else ())}
    for body in (each.rstrip("=") for each in found):
        yield from _text_of(partial(b64decode, body + "=" * (-len(body) % 4), b"-_" if _is_url(body) else None))


def _is_url(body: str) -> bool:
    return "-" in body or "_" in body


def _base32(text: str) -> Iterator[str]:
    for match in _BASE32.finditer(text):
        body = match.group().rstrip("=").upper()
        yield from _text_of(partial(b32decode, body + "=" * (-len(body) % 8)))


def _hex(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        yield from _text_of(partial(unhexlify, _BETWEEN_BYTES.sub("", match.group(1))))


def _text_of(decode: Callable[[], bytes]) -> Iterator[str]:
    """What was encoded, if it was a text."""
    try:
        text = decode().decode("utf-8")
    except (Error, ValueError):
        return
    if text.replace("\n", " ").isprintable():
        yield text


CODES = (
    Disguise("escapes of addresses", "x%40y, twice too", _percent),
    Disguise("escapes of pages", "x&#64;y, x&commat;y", _page),
    Disguise("escapes of programs and mails", r"x\u0040y, x\u{40}y, x\x40y, x=40y, =6d too", _escaped),
    Disguise("letters of tags", "of Unicode, which nothing shows", _unseen),
    Disguise("tags", "x+news@y", _tagged),
    Disguise("marks spelt out", "x (at) y [dot] z, x at y dot z", _spelt_out),
    Disguise("base64", "also for addresses, without filling, twice", _base64),
    Disguise("base32", "also in small letters, without filling, twice", _base32),
    Disguise(
        "hex",
        "the bytes of the text, also with spaces, line ends or marks between them, 0x or 0X in front, twice",
        _hex,
    ),
)

LETTER_BY_LETTER = (
    Disguise("backwards", "before it was encoded", _backwards),
    Disguise("rot13", "before it was encoded", _rot13),
)


def decoded(text: str) -> set[str]:
    """The texts that are left when up to two codes are off. Not the text itself."""
    seen = layer = {text} if _MAY_BE_CODED.search(text) else set[str]()
    for _ in range(DEPTH):
        layer = {plain for each in layer for code in CODES for plain in code.off(each)} - seen
        seen = seen | layer
    return seen - {text}


def undisguised(text: str) -> set[str]:
    """The texts that a cell may stand for: up to two codes off, and what is done letter by letter. Not the cell."""
    codes = decoded(text) | {text}
    backwards = {plain for each in codes for plain in _backwards(each)}
    rotated = {plain for each in codes | backwards for plain in _rot13(each)}
    return (codes | backwards | rotated) - {text}
