"""What stands around the digits of words: a word is its look and its digits.

`-$1,234.50` has the look `-$#` and the digits `1,234.50`. A column has few looks: each is decided once.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.spelling.numbers import DIGITS, NumberStyle
from privsynth.spelling.units import before, behind, currencies
from privsynth.typing import Array

MINUS = "\u2212-"
BETWEEN = ".,' \u00a0\u202f\u2019"
CORE = rf"[0-9]+(?:[{BETWEEN}][0-9]+)*\.?|[.,][0-9]+"
SIMPLE = r"^-?[0-9]+(\.[0-9]+)?$"
SAMPLE = 300  # so many words tell the looks of most
PHONE = 7  # a plus before so many digits without decimals calls somebody
# A minus before letters and digits is a cell of a spreadsheet: such a sign is written behind the letters.
FORMULA = re.compile(rf"[-+]\s*[$]?[A-Za-z][A-Za-z.$]*{DIGITS}")


@cache
def _pattern() -> str:
    return (
        rf"^(?P<lead> *)(?P<open>(?:[+({MINUS}] ?)?)(?P<unit>(?:{before()})?)(?P<inner>[+({MINUS}]?)"
        rf"(?P<core>{CORE})(?P<power>(?:[eE][+-]?[0-9]{{1,3}})?)"
        rf"(?P<behind>(?:{behind()})?)(?P<close>[-)]?)(?P<trail> *)$"
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Dressed:
    """Words taken apart, each an array by word."""

    words: Array
    simple: Array  # whether nothing but a minus stands before digits and a point
    looks: Array  # nothing where a word has no look of a number
    cores: Array  # the digits with their marks
    powers: Array  # the exponent as it is spelt, or nothing
    lead: Array  # blanks in front
    trail: Array  # and behind

    def take(self, rows: Array) -> Dressed:
        return Dressed(**{name: part[rows] for name, part in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Look:
    """What stands around the digits, read: the sign, and the rest."""

    unit: str
    behind: str
    sign: str

    @property
    def affix(self) -> tuple[str, str]:
        return self.unit.strip(), self.behind.strip()


@cache
def look_of(look: str) -> Look | None:
    """None if its signs contradict each other."""
    left, _, right = look.partition(DIGITS)
    signs = [c for c in left if c in f"+({MINUS}"]
    if "(" in signs:
        if not right.endswith(")"):
            return None
        right = right[:-1]
    elif right.endswith("-"):
        signs.append("-")
        right = right[:-1]
    elif right.endswith(")") and not re.fullmatch(behind(), right):
        return None
    if len(signs) > 1:
        return None
    return Look(unit=left.lstrip(f" +({MINUS}").rstrip(f"+({MINUS}"), behind=right, sign="".join(signs))


def is_below_zero(look: str) -> bool:
    meant = look_of(look)
    return meant is not None and meant.sign not in ("", "+")


def undressed(words: list[str]) -> Dressed:
    """Each word taken apart. Without a look of a number: too large or small for a float, and telephones."""
    text = pa.array(words, pa.string())
    simple = pc.match_substring_regex(text, SIMPLE).to_numpy(zero_copy_only=False)
    looks = np.where([word[:1] == "-" for word in words], f"-{DIGITS}", DIGITS).astype(object)
    cores = np.array([word[1:] if word[:1] == "-" else word for word in words], dtype=object)
    powers, none = np.full(len(words), "", dtype=object), np.zeros(len(words), dtype=np.int64)
    dressed = Dressed(
        words=np.array(words, dtype=object),
        simple=simple,
        looks=looks,
        cores=cores,
        powers=powers,
        lead=none,
        trail=none.copy(),
    )
    rest = np.flatnonzero(~simple)
    some, rest = rest[:SAMPLE], rest[SAMPLE:]
    _take_apart(dressed, text, some)
    for look in dict.fromkeys(dressed.looks[some].tolist()) if len(rest) else ():
        rest = _take_off(look, dressed, text, rest)
    _take_apart(dressed, text, rest)
    dressed.looks[_too_far(dressed) | _phones(dressed)] = ""
    return dressed


def _take_off(look: str, dressed: Dressed, text: Any, rows: Array) -> Array:
    """The rows that have another look; those of this one, without blanks, points at an end and exponent, are filled in.

    Much quicker than all looks at once.
    """
    left, digits, right = look.partition(DIGITS)
    if not digits:
        return rows
    pattern = rf"^{re.escape(left)}(?P<core>[0-9]+(?:[{BETWEEN}][0-9]+)*){re.escape(right)}$"
    cores = pc.struct_field(pc.extract_regex(text.take(pa.array(rows)), pattern), "core")
    fits = pc.is_valid(cores).to_numpy(zero_copy_only=False)
    dressed.looks[rows[fits]] = look
    dressed.cores[rows[fits]] = pc.drop_null(cores).to_numpy(zero_copy_only=False)
    others: Array = rows[~fits]
    return others


def _take_apart(dressed: Dressed, text: Any, rows: Array) -> None:
    """Fill in all parts of these rows."""
    if not len(rows):
        return
    parts = _parts_one_by_one(dressed.words[rows]) if len(rows) <= SAMPLE else _parts(text, rows)
    dressed.looks[rows] = parts["look"]
    dressed.cores[rows] = parts["core"]
    dressed.powers[rows] = parts["power"]
    dressed.lead[rows], dressed.trail[rows] = parts["lead"], parts["trail"]


def _parts(text: Any, rows: Array) -> dict[str, Array]:
    """The parts of many words at once; of a word without the look of a number, nothing."""
    parts = pc.extract_regex(text.take(pa.array(rows, pa.int64())), _pattern())
    part = {name: pc.fill_null(pc.struct_field(parts, name), "") for name in _names(parts.type)}
    left, right = (part["open"], part["unit"], part["inner"]), (part["behind"], part["close"])
    look = pc.if_else(pc.is_valid(parts), pc.binary_join_element_wise(*left, DIGITS, *right, ""), "")
    words = {"look": look, "core": part["core"], "power": part["power"]}
    blanks = {name: pc.binary_length(part[name]).to_numpy() for name in ("lead", "trail")}
    return {**{name: of.to_numpy(zero_copy_only=False) for name, of in words.items()}, **blanks}


def _parts_one_by_one(words: Array) -> dict[str, Array]:
    """The same for few words: the pattern is long, and to make it ready takes Arrow longer than to match them here."""
    found = [_compiled().match(word) for word in words]
    part = [match.groupdict() if match else dict.fromkeys(_compiled().groupindex, "") for match in found]
    left, right = ("open", "unit", "inner"), ("behind", "close")
    looks = ["".join([*(one[name] for name in left), DIGITS, *(one[name] for name in right)]) for one in part]
    known = [look if match else "" for look, match in zip(looks, found, strict=True)]
    texts = {"look": known, **{name: [one[name] for one in part] for name in ("core", "power")}}
    blanks = {name: np.array([len(one[name]) for one in part], dtype=np.int64) for name in ("lead", "trail")}
    return {**{name: np.array(of, dtype=object) for name, of in texts.items()}, **blanks}


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(_pattern().removesuffix("$") + r"\Z")


def _names(kind: Any) -> list[str]:
    return [kind.field(at).name for at in range(kind.num_fields)]


def _too_far(dressed: Dressed) -> Array:
    """An exponent that leads out of what a float can hold."""
    far = np.zeros(len(dressed.words), dtype=bool)
    for at in np.flatnonzero(dressed.powers != ""):
        value = float(_digits(dressed.cores[at]) + dressed.powers[at])
        far[at] = np.isinf(value) or (value == 0 and dressed.cores[at].strip("0., ") != "")
    return far


def _digits(core: str) -> str:
    return re.sub("[^0-9.]", "", core.replace(",", "."))


def _phones(dressed: Dressed) -> Array:
    called = np.zeros(len(dressed.words), dtype=bool)
    for at in np.flatnonzero(~dressed.simple & np.isin(dressed.looks.astype(str), (f"+{DIGITS}", f"+ {DIGITS}"))):
        core = dressed.cores[at]
        called[at] = not dressed.powers[at] and "." not in core and sum(c.isdigit() for c in core) >= PHONE
    return called


def have_looks(words: list[str]) -> Array:
    """Which words look like numbers; quicker than taking them apart."""
    if len(words) <= SAMPLE:
        return np.array([_compiled().match(word) is not None for word in words])
    matches: Array = pc.match_substring_regex(pa.array(words, pa.string()), _pattern()).to_numpy(zero_copy_only=False)
    return matches


def alike(dressed: Dressed, cells: Array, *, sure: bool = False) -> Array:
    """Which words share the commonest currency and unit, each with a sign that the others make credible."""
    counts: Counter[tuple[str, str]] = Counter()
    known, codes = np.unique(dressed.looks.astype(str), return_inverse=True)
    looks = [look_of(look) if look else None for look in known]
    by_look = np.bincount(codes, weights=cells)
    for look, count in zip(looks, by_look, strict=True):
        if look is not None:
            counts[look.affix] += count
    if not counts:
        return np.zeros(len(codes), dtype=bool)
    affix = max(counts, key=lambda one: counts[one])
    chosen = [look is not None and look.affix == affix for look in looks]
    fits = np.array(chosen)[codes]
    return fits if sure or _are_credible(dressed.take(fits)) else np.zeros(len(codes), dtype=bool)


def _are_credible(dressed: Dressed) -> bool:
    """Not years in brackets, codes of countries behind a plus, or codes before a hyphen: a sign tells from another."""
    known = {look for look in dressed.looks.tolist() if look}
    signs = {meant.sign for look in known if (meant := look_of(look)) is not None}
    if signs == {"+"}:
        return any("." in core for core in dressed.cores)
    return signs != {"("} and not all(look.endswith("-") for look in known)


def has_several_units(dressed: Dressed) -> bool:
    """Whether more than one unit or currency stands beside the digits, or one beside some of them."""
    return len({look.affix for look in map(look_of, np.unique(dressed.looks[dressed.looks != ""])) if look}) > 1


def is_money(looks: Array) -> bool:
    """Whether a currency stands beside the digits of words that are alike."""
    look = look_of(looks[0])
    return look is not None and any(affix in currencies() for affix in look.affix)


def style_of(dressed: Dressed, values: Array) -> NumberStyle:
    """What the commonest looks of these words, all alike, say about positive numbers, negative ones and zero."""
    negative = np.array([is_below_zero(look) for look in dressed.looks])
    above = _commonest(dressed.looks[~negative & (values != 0)]) or _commonest(dressed.looks[~negative])
    below = _commonest(dressed.looks[negative])
    unsigned = look_of(above or below)
    if unsigned is None:
        raise ValueError("a number without a look")
    plain = f"{unsigned.unit}{DIGITS}{unsigned.behind}"
    inner = f"{unsigned.unit}-{DIGITS}{unsigned.behind}"
    above, below = (above or plain), (below or f"-{plain}")
    above, below = (plain if FORMULA.match(above) else above), (inner if FORMULA.match(below) else below)
    zero = _commonest(dressed.looks[~negative & (values == 0)])
    style = NumberStyle(positive=above, negative=below, zero="" if zero == above else zero)
    return _with_points(_with_blanks(style, dressed), dressed)


def _commonest(looks: Array) -> str:
    return Counter(looks.tolist()).most_common(1)[0][0] if len(looks) else ""


def _with_blanks(style: NumberStyle, dressed: Dressed) -> NumberStyle:
    """As many blanks around each number of a sign, or filled up to one width: whatever more words show."""
    lead, trail = dressed.lead, dressed.trail
    if not lead.any() and not trail.any():
        return style
    below = np.array([is_below_zero(look) for look in dressed.looks])
    front, before_minus, back = _usual(lead[~below]), _usual(lead[below]), _usual(trail) or 0
    front = (before_minus or 0) if front is None else front
    before_minus = front if before_minus is None else before_minus
    wrapped = (lead == np.where(below, before_minus, front)) & (trail == back)
    lengths = np.array([len(word) for word in dressed.words])
    width = _usual(lengths[(lead > 0) | (trail > 0)]) or 0
    filled = (lengths == width) | ((lengths > width) & (lead == 0) & (trail == 0))
    if (filled & (trail == 0)).sum() > wrapped.sum():
        return replace(style, width=width)
    if (filled & (lead == 0)).sum() > wrapped.sum():
        return replace(style, width=-width)
    return _wrapped(style, front, before_minus, back)


def _usual(counts: Array) -> int | None:
    """The commonest of these numbers."""
    return Counter(counts.tolist()).most_common(1)[0][0] if len(counts) else None


def _wrapped(style: NumberStyle, front: int, before_minus: int, back: int) -> NumberStyle:
    return replace(
        style,
        positive=f"{' ' * front}{style.positive}{' ' * back}",
        negative=f"{' ' * before_minus}{style.negative}{' ' * back}",
        zero=style.zero and f"{' ' * front}{style.zero}{' ' * back}",
    )


def _with_points(style: NumberStyle, dressed: Dressed) -> NumberStyle:
    """Points without a digit before or behind them, if more words show them so than not."""
    ends = [core for core in dressed.cores[~dressed.simple] if core[0] in ".," or core[-1] == "."]
    if not ends:
        return style
    cores = dressed.cores[dressed.powers == ""]
    bare, pointed = sum(core[0] in ".," for core in ends), sum(core[-1] == "." for core in ends)
    return replace(
        style,
        bare=bare > sum(core.startswith(("0.", "0,")) for core in cores),
        pointed=pointed > sum(core.isdigit() for core in cores),
    )
