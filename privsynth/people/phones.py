"""Telephone numbers that nobody has, by the place that they would lie in. What is kept free stands in `pii.drama`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.homes import Homes
from privsynth.people.places import atlas
from privsynth.people.ranges import (
    FreeValues,
    Numbered,
    digit_places,
    joined,
    numbers_only,
    padded,
    patterns,
    some,
    spelt,
    written,
)
from privsynth.pii.drama import AMERICA, AMERICAN_LINES, PLANS, NumberingPlan, leads
from privsynth.typing import Array

MOST_PHONE = 15  # digits of the longest number (ITU E.164)
# Attempts in the town's own range, then in those of its region, before any range of the country will do.
NEAR, AROUND = 6, 12

# Codes of the North American numbering plan.
_AREAS = (
    "201202203204205206207208209210212213214215216217218219220223224225226228229231234236239240248249250251252253254256260262267269270272276279281289"
    "301302303304305306307308309310312313314315316317318319320321323325330331332334336337339341343346347351352360361364365380385386"
    "401402403404405406407408409410412413414415416417418419423424425430431432434435437438440442443445447448450458463464469470475478479480484"
    "501502503504505506507508509510512513514515516517518519520530531534539540541548551557559561562563564567570571573574575579580581582585586587"
    "601602603604605606607608609610612613614615616617618619620623626628629630631636639640641646647650651657659660661662667669678680681682689"
    "701702703704705706707708709712713714715716717718719720724725726727730731732734737740743747754757760762763765769770771772773774775778779780781782785786"
    "801802803804805806807808810812813814815816817818819820825826828830831832835838839840843845847848850854856857858859860862863864865867870872873878"
    "901902903904905906907908909910912913914915916917918919920925928929930931934936937938940941943945947948949951952954956959970971972973978979980984985986989"
)
AREA_CODES = np.array([_AREAS[at : at + 3] for at in range(0, len(_AREAS), 3)], dtype=object)


_CALLING = {
    "en_US": "1",
    "en_CA": "1",
    "fr_CA": "1",
    "en_GB": "44",
    "de_DE": "49",
    "fr_FR": "33",
    "sv_SE": "46",
    "en_AU": "61",
}
_AMERICAN_FORM = "(999) 999-9999"


def phone(values: Sequence[str], locale: str) -> FreeValues:
    country = calling_of(values, locale)
    if country == AMERICA:
        return _north_american(values)
    if country in PLANS:
        return _drama(values, country)
    return _undialable(values, country)


def calling_of(values: Sequence[str], locale: str) -> str:
    """The country code that most values show, or that their length and beginning suggest."""
    if not values:
        return _CALLING.get(locale, "1")
    values = some(values)
    coded = Counter(m.group(1) for v in values if (m := re.match(r"\s*(?:\+|00)\s*(1|44|61|33|49|46|\d\d)", v)))
    if coded and coded.most_common(1)[0][1] >= len(values) / 2:
        return coded.most_common(1)[0][0]
    bare = [numbers_only(v) for v in values]
    if sum(len(n) == 11 and n.startswith(("07", "01", "02")) for n in bare) >= len(bare) / 2 and locale in (
        "en_US",
        "en_GB",
    ):
        return "44"
    if sum(len(n) == 10 and n.startswith("04") for n in bare) >= len(bare) / 2 and locale in ("en_US", "en_GB"):
        return "61"
    if sum(len(n) in (10, 11) and not n.startswith("0") for n in bare) >= len(bare) / 2:
        return "1"
    return _CALLING.get(locale, "")


def _leads(country: str) -> dict[int, str]:
    """What stands before a national number, by the digits of the spelling."""
    return {_length(country) + len(lead): lead for lead in leads(country)}


def _length(country: str) -> int:
    return 10 if country == AMERICA else PLANS[country].length


def spellings_of(values: Sequence[str], country: str) -> tuple[str, ...]:
    leads = _leads(country)
    return patterns(
        values, lambda p: digit_places(p) in leads, _AMERICAN_FORM if country == AMERICA else PLANS[country].form
    )


def _north_american(values: Sequence[str]) -> FreeValues:
    in_use = sum(bool(re.search(rf"{AMERICAN_LINES}\d\d$", numbers_only(v))) for v in values)
    return Numbered(100 * len(AREA_CODES), NorthAmerican(spellings_of(values, "1")), in_use)


@kept(version=1)
@dataclass(frozen=True)
class NorthAmerican:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        texts = joined(AREA_CODES[numbers // 100], AMERICAN_LINES, padded(numbers % 100, 2))
        return _with_lead(texts, _leads("1"), self.spellings, draws)


def mobile_share(values: Sequence[str], country: str) -> float:
    """Share of mobiles among numbers of that country, to a tenth: a number more or less must not change a person's."""
    if country not in PLANS or not values:
        return 0.0
    plan, heads = PLANS[country], re.compile(f"^(?:{'|'.join(_leads(country).values())})")
    bare = [heads.sub("", numbers_only(v)) for v in some(values)]
    return round(sum(bool(re.match(plan.mobile, n)) for n in bare) / len(bare), 1)


def _drama(values: Sequence[str], country: str) -> FreeValues:
    """Mobiles where most are, else all lines; the rest where those are used up."""
    plan, spellings = PLANS[country], spellings_of(values, country)
    everything = (*plan.all, *plan.mobiles)
    first = plan.mobiles if mobile_share(values, country) > 0.5 else plan.all
    return replace(
        _begun(first, plan, country, spellings, values), wider=_begun(everything, plan, country, spellings, values)
    )


def _begun(
    starts: tuple[str, ...], plan: NumberingPlan, country: str, spellings: tuple[str, ...], values: Sequence[str]
) -> Numbered:
    in_use = sum(any(start in numbers_only(v) for start in starts) for v in values)
    return Numbered(
        sum(10 ** (plan.length - len(start)) for start in starts), Begun(starts, country, spellings), in_use
    )


@kept(version=1)
@dataclass(frozen=True)
class Begun:
    """Numbers that begin as nobody's do."""

    starts: tuple[str, ...]
    country: str
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        length = PLANS[self.country].length
        ends = np.cumsum([10 ** (length - len(start)) for start in self.starts])
        which = np.searchsorted(ends, numbers, side="right")
        heads = np.array(self.starts, dtype=object)[which]
        return _with_lead(
            _ended(heads, numbers - np.concatenate([[0], ends])[which], length),
            _leads(self.country),
            self.spellings,
            draws,
        )


def _ended(heads: Array, numbers: Array, length: int) -> Array:
    numerals = np.empty(len(heads), dtype=object)
    numerals[:] = [
        head + f"{number:0{length - len(head)}d}" if length > len(head) else head
        for head, number in zip(heads, numbers, strict=True)
    ]
    return numerals


def _with_lead(texts: Array, leads: dict[int, str], spellings: tuple[str, ...], draws: Draws) -> Array:
    which = draws.below("spelling", len(spellings))
    spelt_out = np.empty(len(texts), dtype=object)
    for at, pattern in enumerate(spellings):
        rows = np.flatnonzero(which == at)
        lead = leads.get(digit_places(pattern), "")
        spelt_out[rows] = spelt(pattern, np.array([lead + text for text in texts[rows]], dtype=object))
    return spelt_out


@kept(version=1)
@dataclass(frozen=True)
class AtHome:
    """Numbers of the place where somebody lives, as far as a range is kept free there."""

    country: str  # the country code of the real ones
    mobile: float  # share of mobiles, which belong to no place
    spellings: tuple[str, ...]
    coded: bool  # whether the real ones begin with their country code

    def __call__(self, homes: Homes, rows: Array, draws: Draws, *, abroad: bool) -> Array:
        """None where the place keeps no range free.

        Numbers of another country than the real ones' only where rows say their country.
        """
        spots = homes.spot[rows]
        texts = np.full(len(rows), None, dtype=object)
        callings = np.where(spots >= 0, atlas().calling[spots], "")
        for country in dict.fromkeys(callings):
            at = np.flatnonzero(callings == country)
            part = Draws(draws.seeds[at], draws.attempt)
            if (country == AMERICA or country in PLANS) and (abroad or country == self.country):
                texts[at] = self._in(country, spots[at], part)
            elif country and abroad:
                texts[at] = (f"+{country} " if self.coded else "") + "000 " + padded(part.below("undialable", 10**6), 6)
        return texts

    def _in(self, country: str, spots: Array, draws: Draws) -> Array:
        length = _length(country)
        mobile = (draws.share("mobile") < self.mobile) & (draws.attempt < NEAR)
        codes, places = np.unique(2 * spots + mobile, return_inverse=True)[::-1]
        choices = [_starts(country, int(key) // 2, int(key) % 2 == 1, draws.attempt) for key in places]
        counts = np.array([len(starts) for starts in choices], dtype=np.int64)
        flat = np.array([start for starts in choices for start in starts], dtype=object)
        heads = flat[(np.cumsum(counts) - counts)[codes] + draws.below("block", counts[codes])]
        free = np.array([10 ** (length - len(start)) for start in flat], dtype=np.int64)
        sizes = free[(np.cumsum(counts) - counts)[codes] + draws.below("block", counts[codes])]
        texts = _ended(heads, draws.below("number", sizes), length)
        return _with_lead(texts, _leads(country), self._spellings(country), draws)

    def _spellings(self, country: str) -> tuple[str, ...]:
        if country == self.country:
            return self.spellings
        own = spellings_of([], country)
        return (
            tuple(f"+{'9' * len(country)} {p.removeprefix('9') if country != '1' else '999-999-9999'}" for p in own)
            if self.coded
            else own
        )


def at_home(values: Sequence[str], locale: str) -> AtHome | None:
    country = calling_of(values, locale)
    if country != AMERICA and country not in PLANS:
        return None
    coded = sum(v.lstrip().startswith(("+", "00")) for v in some(values)) > len(some(values)) / 2
    return AtHome(country, mobile_share(values, country), spellings_of(values, country), coded)


def _starts(country: str, spot: int, mobile: bool, attempt: int) -> tuple[str, ...]:
    """The beginnings that are free for one spot: its own, after some attempts its region's, then its country's."""
    places = atlas()
    if country == AMERICA:
        areas = (places.area[spot],) if attempt < NEAR else places.areas[spot]
        return tuple(f"{area}{AMERICAN_LINES}" for area in areas)
    plan = PLANS[country]
    if mobile:
        return plan.mobiles
    own = plan.towns.get(places.area[spot], ()) or plan.others or plan.mobiles
    return own if attempt < NEAR else (*own, *plan.others, *plan.mobiles)


def _undialable(values: Sequence[str], country: str) -> FreeValues:
    """No range is kept free that we know of: after the country code three zeros, with which no number begins."""
    spellings = patterns(values, lambda p: 7 <= digit_places(p) <= MOST_PHONE, "999 999 9999")
    count = digit_places(spellings[0])
    spellings = tuple(p for p in spellings if digit_places(p) == count)
    head = (
        ("00" if spellings[0].startswith("00") else "")
        + (country if spellings[0].startswith(("+", "00")) else "")
        + "000"
    )
    free = count - len(head)
    return Numbered(10**free, Undialable(head, free, spellings))


@kept(version=1)
@dataclass(frozen=True)
class Undialable:
    head: str
    free: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(
            np.array([self.head + text for text in padded(numbers, self.free)], dtype=object), self.spellings, draws
        )
