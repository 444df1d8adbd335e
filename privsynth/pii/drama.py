"""Telephone numbers that nobody has: what each authority keeps free for fiction.

North America: 555-0100 to 555-0199 in every area code (NANPA). United Kingdom: Ofcom's numbers for drama, a thousand in
each of the large towns, 01632 960 for all others and 07700 900 for mobiles. Germany: a thousand in each of five towns,
0171 39200 for mobiles (Bundesnetzagentur, notice 148/2021). France: one block in each of the five zones, 06 39 98 for
mobiles (Arcep, decision 2018-0881, article 2.5.12). Australia: 5550 and 7010 behind each of the four area codes, and
single mobiles (ACMA). Sweden: blocks in four towns and 070-174 06 05 to 99 for mobiles (PTS).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

AMERICA = "1"  # country code of the North American numbering plan
AMERICAN_LINES = "55501"  # the exchange and the first digits of the line, in every area


@dataclass(frozen=True, kw_only=True)
class NumberingPlan:
    """What a country keeps free: beginnings of national numbers, without the leading zero. The rest is drawn."""

    length: int
    towns: Mapping[str, tuple[str, ...]]  # by area code
    others: tuple[str, ...] = ()  # for towns without a range of their own
    mobiles: tuple[str, ...]
    mobile: str  # how the numbers of mobiles begin
    form: str  # spelling where the real ones show none
    never_drawn: tuple[str, ...] = ()  # expressions of whole numbers that are free too, but invented for nobody

    @property
    def all(self) -> tuple[str, ...]:
        return (
            *(start for starts in self.towns.values() for start in starts),
            *(start for start in self.others if start not in self.mobiles),
        )


PLANS = {
    "44": NumberingPlan(
        length=10,
        towns={
            **{area: (f"{area}4960",) for area in "113 114 115 116 117 118 121 131 141 151 161".split()},  # noqa: SIM905
            "20": ("2079460",),
            "191": ("1914980",),
            "28": ("2896496",),
            "29": ("2920180",),
        },
        others=("1632960",),
        mobiles=("7700900",),
        mobile="7",
        form="99999 999999",
        never_drawn=(r"3069990\d{3}", r"8081570\d{3}"),
    ),
    "49": NumberingPlan(
        length=10,
        towns={"30": ("3023125",), "69": ("6990009",), "40": ("4066969",), "221": ("2214710",), "89": ("8999998",)},
        mobiles=("17139200",),
        mobile="1",
        form="99999999999",
        never_drawn=(r"176040690\d\d",),
    ),
    "33": NumberingPlan(
        length=9,
        towns={"1": ("19900",), "2": ("26191",), "3": ("35301",), "4": ("46571",), "5": ("53649",)},
        mobiles=("63998",),
        mobile="[67]",
        form="99 99 99 99 99",
    ),
    "61": NumberingPlan(
        length=9,
        towns={area: (f"{area}5550", f"{area}7010") for area in "2378"},
        mobiles=("491570006", "491570110", "491570156", "491570157", "491570158", "491570159"),
        mobile="4",
        form="9999 999 999",
    ),
    "46": NumberingPlan(
        length=9,
        towns={"8": ("8465004",), "31": ("3139006",), "40": ("4062804",), "980": ("9803192",)},
        mobiles=tuple(f"7017406{tens}" for tens in "123456789"),
        mobile="7",
        form="999-999 99 99",
        never_drawn=(r"70174060[5-9]",),
    ),
}


def leads(country: str) -> tuple[str, ...]:
    """What may stand before a national number: the country code as dialled abroad, or alone, or the zero at home."""
    return ("001", "1", "") if country == AMERICA else (f"00{country}", country, "0")


def is_fiction(number: str) -> bool:
    """Whether digits, with or without country code or leading zero, are a number that nobody has."""
    return _fiction().fullmatch(number) is not None


@cache
def _fiction() -> re.Pattern[str]:
    america = rf"(?:{'|'.join(leads(AMERICA))})[2-9]\d\d{AMERICAN_LINES}\d\d"
    return re.compile("|".join([america, *(_of_country(country, plan) for country, plan in PLANS.items())]))


def _of_country(country: str, plan: NumberingPlan) -> str:
    starts = (rf"{start}\d{{{plan.length - len(start)}}}" for start in (*plan.all, *plan.mobiles))
    return rf"(?:{'|'.join((*leads(country), ''))})(?:{'|'.join((*starts, *plan.never_drawn))})"
