"""Telephone numbers kept free for fiction: NANPA (555-0100 to 555-0199), Ofcom, ACMA, Arcep, Bundesnetzagentur, PTS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.ranges import Numbered, Space, digit_places, joined, numbers_only, padded, patterns, spelt, written

Array = np.ndarray[Any, Any]

MOST_PHONE = 15  # digits of the longest number (ITU E.164)

# Codes of the North American numbering plan.
_AREAS = (
    "201202203204205206207208209210212213214215216217218219220223224225226228229231234236239240248249250251252253254256260262267269270272276279281289"
    "301302303304305306307308309310312313314315316317318319320321323325330331332334336337339341343346347351352360361364365380385386"
    "401402403404405406407408409410412413414415416417418419423424425430431432434435437438440442443445447448450458463464469470475478479480484"
    "501502503504505506507508509510512513514515516517518519520530531534539540541548551557559561562563564567570571573574575579580581582585586587"
    "601602603604605606607608609610612613614615616617618619620623626628629630631636639640641646647650651657659660661662667669678680681682689"
    "701702703704705706707708709712713714715716717718719720724725726727730731732734737740743747754757760762763765769770771772773774775778779780781782785786"
    "801802803804805806807808810812813814815816817818819820825826828830831832835838839840843845847848850854856857858859860862863864865867870872873878"
    "901902903904905906907908909910912913914915916917918919920925928930931934936937938940941943945947948949951952954956959970971972973978979980984985986989"
)
AREA_CODES = np.array([_AREAS[at : at + 3] for at in range(0, len(_AREAS), 3)], dtype=object)

# By country code: how long a national number is, and the beginnings of those that nobody has.
_DRAMA: dict[str, tuple[int, tuple[str, ...]]] = {
    "44": (10, ("7700900", "1632960", "2079460")),
    "61": (9, ("491570006", "491570156", "491570157", "491570158", "491570159", "491570110")),
    "33": (9, ("19900", "26191", "35301", "46571", "53649", "63998")),
    "49": (10, ("3023125", "6990009", "4066969", "2214710", "8999998")),
    "46": (9, ("8465004", "3139006", "4062804")),
}  # fmt: skip
_MORE_DRAMA = {
    "44": (
        *("1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960", "1514960", "1614960"),
        *("1914980", "2896496", "2920180", "3069990", "8081570"),
    ),
}
_BY_LANGUAGE = {"en_US": "1", "en_CA": "1", "fr_CA": "1", "en_GB": "44", "de_DE": "49", "fr_FR": "33", "sv_SE": "46"}
_DEFAULT_FORM = {"1": "(999) 999-9999", "44": "99999 999999", "61": "9999 999 999", "33": "99 99 99 99 99", "49": "99999999999", "46": "999-999 99 99"}


def phone(values: Sequence[str], locale: str) -> Space:
    country = _country(values, locale)
    if country == "1":
        return _north_american(values)
    if country in _DRAMA:
        return _drama(values, country)
    return _undialable(values, country)


def _country(values: Sequence[str], locale: str) -> str:
    """The country code that most values show, or that their length and beginning suggest."""
    if not values:
        return _BY_LANGUAGE.get(locale, "1")
    coded = Counter(m.group(1) for v in values if (m := re.match(r"\s*(?:\+|00)\s*(1|44|61|33|49|46|\d\d)", v)))
    if coded and coded.most_common(1)[0][1] >= len(values) / 2:
        return coded.most_common(1)[0][0]
    bare = [numbers_only(v) for v in values]
    if sum(len(n) == 11 and n.startswith(("07", "01", "02")) for n in bare) >= len(bare) / 2 and locale in ("en_US", "en_GB"):
        return "44"
    if sum(len(n) == 10 and n.startswith("04") for n in bare) >= len(bare) / 2 and locale in ("en_US", "en_GB"):
        return "61"
    if sum(len(n) in (10, 11) and not n.startswith("0") for n in bare) >= len(bare) / 2:
        return "1"
    return _BY_LANGUAGE.get(locale, "")


def _north_american(values: Sequence[str]) -> Space:
    spellings = patterns(values, lambda p: digit_places(p) in (10, 11, 13), _DEFAULT_FORM["1"])
    known = sum(bool(re.search(r"55501\d\d$", numbers_only(v))) for v in values)
    return Numbered(100 * len(AREA_CODES), NorthAmerican(spellings), known)


@dataclass(frozen=True)
class NorthAmerican:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        texts = joined(AREA_CODES[numbers // 100], "55501", padded(numbers % 100, 2))
        return _with_lead(texts, {10: "", 11: "1", 13: "001"}, self.spellings, draws)


def _drama(values: Sequence[str], country: str) -> Space:
    length, starts = _DRAMA[country]
    leads = {length + len(lead): lead for lead in ("00" + country, country, "0")}
    spellings = patterns(values, lambda p: digit_places(p) in leads, _DEFAULT_FORM[country])
    more = _MORE_DRAMA.get(country, ())
    first = _begun(starts, length, leads, spellings, values)
    return replace(first, wider=_begun((*starts, *more), length, leads, spellings, values)) if more else first


def _begun(starts: tuple[str, ...], length: int, leads: dict[int, str], spellings: tuple[str, ...], values: Sequence[str]) -> Numbered:
    free = length - len(starts[0])
    known = sum(any(start in numbers_only(v) for start in starts) for v in values)
    return Numbered(len(starts) * 10**free, Begun(starts, free, tuple(leads.items()), spellings), known)


@dataclass(frozen=True)
class Begun:
    """Numbers that begin as nobody's do."""

    starts: tuple[str, ...]
    free: int  # digits after the beginning
    leads: tuple[tuple[int, str], ...]  # what stands before them, by the digits of the spelling
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        heads, room = np.array(self.starts, dtype=object), 10**self.free
        tails = padded(numbers % room, self.free) if self.free else np.full(len(numbers), "", dtype=object)
        return _with_lead(joined(heads[numbers // room], tails), dict(self.leads), self.spellings, draws)


def _with_lead(texts: Array, leads: dict[int, str], spellings: tuple[str, ...], draws: Draws) -> Array:
    which = draws.below("spelling", len(spellings))
    made = np.empty(len(texts), dtype=object)
    for at, pattern in enumerate(spellings):
        rows = np.flatnonzero(which == at)
        lead = leads.get(digit_places(pattern), "")
        made[rows] = spelt(pattern, np.array([lead + text for text in texts[rows]], dtype=object))
    return made


def _undialable(values: Sequence[str], country: str) -> Space:
    """No range is kept free that we know of: after the country code three zeros, with which no number begins."""
    spellings = patterns(values, lambda p: 7 <= digit_places(p) <= MOST_PHONE, "999 999 9999")
    count = digit_places(spellings[0])
    spellings = tuple(p for p in spellings if digit_places(p) == count)
    head = ("00" if spellings[0].startswith("00") else "") + (country if spellings[0].startswith(("+", "00")) else "") + "000"
    free = count - len(head)
    return Numbered(10**free, Undialable(head, free, spellings))


@dataclass(frozen=True)
class Undialable:
    head: str
    free: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(np.array([self.head + text for text in padded(numbers, self.free)], dtype=object), self.spellings, draws)
