"""Telephone numbers that nobody has: what each authority keeps free for fiction, by the place that the number would lie in.

North America: 555-0100 to 555-0199 in every area code (NANPA). United Kingdom: Ofcom's numbers for drama, a thousand in each of the
large towns, 01632 960 for all others and 07700 900 for mobiles. Germany: a thousand in each of five towns, 0171 39200 for mobiles
(Bundesnetzagentur, notice 148/2021). France: one block in each of the five zones and 06 39 98 for mobiles (Arcep, decision 2018-0881,
article 2.5.12). Australia: 5550 and 7010 behind each of the four area codes, and single mobiles (ACMA). Sweden: blocks in four towns
and 070-174 06 05 to 99 for mobiles (PTS).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from privsynth.people.draws import Draws
from privsynth.people.homes import Homes
from privsynth.people.places import atlas
from privsynth.people.ranges import (
    Numbered,
    Space,
    digit_places,
    joined,
    numbers_only,
    padded,
    patterns,
    some,
    spelt,
    written,
)
from privsynth.typing import Array

MOST_PHONE = 15  # digits of the longest number (ITU E.164)
NEAR, AROUND = (
    6,
    12,
)  # attempts in the town's own range, then in those of its region, before any range of the country will do

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


@dataclass(frozen=True)
class Plan:
    """What a country keeps free: beginnings of national numbers, without the leading zero. What is missing of the length is drawn."""

    length: int
    towns: dict[str, tuple[str, ...]]  # by area code
    others: tuple[str, ...]  # for towns without a range of their own
    mobiles: tuple[str, ...]
    mobile: str  # how the numbers of mobiles begin
    form: str  # spelling where the real ones show none

    @property
    def all(self) -> tuple[str, ...]:
        return (
            *(start for starts in self.towns.values() for start in starts),
            *(start for start in self.others if start not in self.mobiles),
        )


PLANS = {
    "44": Plan(
        10,
        {
            **{area: (f"{area}4960",) for area in "113 114 115 116 117 118 121 131 141 151 161".split()},  # noqa: SIM905
            "20": ("2079460",),
            "191": ("1914980",),
            "28": ("2896496",),
            "29": ("2920180",),
        },
        ("1632960",),
        ("7700900",),
        "7",
        "99999 999999",
    ),
    "49": Plan(
        10,
        {"30": ("3023125",), "69": ("6990009",), "40": ("4066969",), "221": ("2214710",), "89": ("8999998",)},
        (),
        ("17139200",),
        "1",
        "99999999999",
    ),
    "33": Plan(
        9,
        {"1": ("19900",), "2": ("26191",), "3": ("35301",), "4": ("46571",), "5": ("53649",)},
        (),
        ("63998",),
        "[67]",
        "99 99 99 99 99",
    ),
    "61": Plan(
        9,
        {area: (f"{area}5550", f"{area}7010") for area in "2378"},
        (),
        ("491570006", "491570110", "491570156", "491570157", "491570158", "491570159"),
        "4",
        "9999 999 999",
    ),
    "46": Plan(
        9,
        {"8": ("8465004",), "31": ("3139006",), "40": ("4062804",), "980": ("9803192",)},
        (),
        tuple(f"7017406{tens}" for tens in "123456789"),
        "7",
        "999-999 99 99",
    ),
}
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


def phone(values: Sequence[str], locale: str) -> Space:
    country = calling_of(values, locale)
    if country == "1":
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
    if country == "1":
        return {10: "", 11: "1", 13: "001"}
    length = PLANS[country].length
    return {length + len(lead): lead for lead in ("00" + country, country, "0")}


def spellings_of(values: Sequence[str], country: str) -> tuple[str, ...]:
    leads = _leads(country)
    return patterns(
        values, lambda p: digit_places(p) in leads, _AMERICAN_FORM if country == "1" else PLANS[country].form
    )


def _north_american(values: Sequence[str]) -> Space:
    known = sum(bool(re.search(r"55501\d\d$", numbers_only(v))) for v in values)
    return Numbered(100 * len(AREA_CODES), NorthAmerican(spellings_of(values, "1")), known)


@dataclass(frozen=True)
class NorthAmerican:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        texts = joined(AREA_CODES[numbers // 100], "55501", padded(numbers % 100, 2))
        return _with_lead(texts, _leads("1"), self.spellings, draws)


def mobile_share(values: Sequence[str], country: str) -> float:
    """Share of mobiles among numbers of that country, to a tenth: a number more or less must not change a person's."""
    if country not in PLANS or not values:
        return 0.0
    plan, heads = PLANS[country], re.compile(f"^(?:{'|'.join(_leads(country).values())})")
    bare = [heads.sub("", numbers_only(v)) for v in some(values)]
    return round(sum(bool(re.match(plan.mobile, n)) for n in bare) / len(bare), 1)


def _drama(values: Sequence[str], country: str) -> Space:
    """Mobiles where most are, else all lines; the rest where those are used up."""
    plan, spellings = PLANS[country], spellings_of(values, country)
    everything = (*plan.all, *plan.mobiles)
    first = plan.mobiles if mobile_share(values, country) > 0.5 else plan.all
    return replace(
        _begun(first, plan, country, spellings, values), wider=_begun(everything, plan, country, spellings, values)
    )


def _begun(
    starts: tuple[str, ...], plan: Plan, country: str, spellings: tuple[str, ...], values: Sequence[str]
) -> Numbered:
    known = sum(any(start in numbers_only(v) for start in starts) for v in values)
    return Numbered(sum(10 ** (plan.length - len(start)) for start in starts), Begun(starts, country, spellings), known)


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
    made = np.empty(len(heads), dtype=object)
    made[:] = [
        head + f"{number:0{length - len(head)}d}" if length > len(head) else head
        for head, number in zip(heads, numbers, strict=True)
    ]
    return made


def _with_lead(texts: Array, leads: dict[int, str], spellings: tuple[str, ...], draws: Draws) -> Array:
    which = draws.below("spelling", len(spellings))
    made = np.empty(len(texts), dtype=object)
    for at, pattern in enumerate(spellings):
        rows = np.flatnonzero(which == at)
        lead = leads.get(digit_places(pattern), "")
        made[rows] = spelt(pattern, np.array([lead + text for text in texts[rows]], dtype=object))
    return made


@dataclass(frozen=True)
class AtHome:
    """Numbers of the place where somebody lives, as far as a range is kept free there."""

    country: str  # the country code of the real ones
    mobile: float  # share of mobiles, which belong to no place
    spellings: tuple[str, ...]
    coded: bool  # whether the real ones begin with their country code

    def __call__(self, homes: Homes, rows: Array, draws: Draws, *, abroad: bool) -> Array:
        """None for those whose place keeps no range free. Numbers of another country than the real ones' only where rows say their country."""
        spots = homes.spot[rows]
        made = np.full(len(rows), None, dtype=object)
        callings = np.where(spots >= 0, atlas().calling[spots], "")
        for country in dict.fromkeys(callings):
            at = np.flatnonzero(callings == country)
            part = Draws(draws.seeds[at], draws.attempt)
            if (country == "1" or country in PLANS) and (abroad or country == self.country):
                made[at] = self._in(country, spots[at], part)
            elif country and abroad:
                made[at] = (f"+{country} " if self.coded else "") + "000 " + padded(part.below("undialable", 10**6), 6)
        return made

    def _in(self, country: str, spots: Array, draws: Draws) -> Array:
        length = 10 if country == "1" else PLANS[country].length
        mobile = (draws.share("mobile") < self.mobile) & (draws.attempt < NEAR)
        codes, known = np.unique(2 * spots + mobile, return_inverse=True)[::-1]
        choices = [_starts(country, int(key) // 2, int(key) % 2 == 1, draws.attempt) for key in known]
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
    if country != "1" and country not in PLANS:
        return None
    coded = sum(v.lstrip().startswith(("+", "00")) for v in some(values)) > len(some(values)) / 2
    return AtHome(country, mobile_share(values, country), spellings_of(values, country), coded)


def _starts(country: str, spot: int, mobile: bool, attempt: int) -> tuple[str, ...]:
    """The beginnings that are free for one spot: its own, after some attempts its region's, then its country's."""
    found = atlas()
    if country == "1":
        areas = (found.area[spot],) if attempt < NEAR else found.areas[spot]
        return tuple(f"{area}55501" for area in areas)
    plan = PLANS[country]
    if mobile:
        return plan.mobiles
    own = plan.towns.get(found.area[spot], ()) or plan.others or plan.mobiles
    return own if attempt < NEAR else (*own, *plan.others, *plan.mobiles)


def _undialable(values: Sequence[str], country: str) -> Space:
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


@dataclass(frozen=True)
class Undialable:
    head: str
    free: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(
            np.array([self.head + text for text in padded(numbers, self.free)], dtype=object), self.spellings, draws
        )
