"""Labelled sentences and tables of people, invented for measuring: own sentences, Faker's people of 24 countries.

The lists of names in the scanner are Faker's too, so `without` hides a share of them from the scanner while it is
measured: what is then found is found by capitals, endings, forms and the words around, as with names that are in
nobody's list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.pii import names
from privsynth.pii.entities import Entity, entities

LOCALES = (
    *(
        "en_US",
        "en_GB",
        "en_AU",
        "en_CA",
        "de_DE",
        "fr_FR",
        "es_ES",
        "it_IT",
        "pt_BR",
        "sv_SE",
        "da_DK",
        "no_NO",
        "fi_FI",
        "pl_PL",
        "cs_CZ",
        "sl_SI",
    ),
    *("hu_HU", "nl_NL", "tr_TR", "ja_JP", "hr_HR", "ro_RO", "en_NG", "vi_VN", "en_IN", "es_MX", "pt_PT", "fr_CH"),
)
OTHER_SCRIPTS = ("ru_RU", "ar_AA", "he_IL", "el_GR", "zh_CN", "ja_JP")
MAKES = ("Ford", "Volvo", "Kia", "Fiat", "Audi", "Mazda", "Opel")
LISTS = ("given_names", "surnames", "towns", "places", "regions")


@dataclass(frozen=True)
class Sentence:
    """A text and what stands where in it: start, end, label."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


class People:
    """Invented people and their things; each call takes another country."""

    def __init__(self, seed: int) -> None:
        from faker import Faker

        self.rng = np.random.default_rng(seed)
        self.fakers = {locale: Faker(locale) for locale in (*LOCALES, *OTHER_SCRIPTS)}
        for faker in self.fakers.values():
            faker.seed_instance(int(self.rng.integers(2**31)))

    def pick(self, values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def digits(self, form: str) -> str:
        """`#` is any digit, `%` any but 0."""
        return "".join(
            str(self.rng.integers(10)) if c == "#" else str(self.rng.integers(1, 10)) if c == "%" else c for c in form
        )

    def faker(self) -> Any:
        return self.fakers[self.pick(LOCALES)]

    def given(self) -> str:
        faker = self.faker()
        return str(faker.first_romanized_name() if hasattr(faker, "first_romanized_name") else faker.first_name())

    def last(self) -> str:
        faker = self.faker()
        return str(faker.last_romanized_name() if hasattr(faker, "last_romanized_name") else faker.last_name())

    def person(self) -> str:
        faker = self.faker()
        if hasattr(faker, "first_romanized_name"):
            return f"{faker.first_romanized_name()} {faker.last_romanized_name()}"
        initial = f" {self.pick('ABCDEFGHJKLMNPRST')}." if self.rng.random() < 0.1 else ""
        return f"{faker.first_name()}{initial} {faker.last_name()}"

    def city(self) -> str:
        for _ in range(20):
            town = str(self.faker().city())
            if town.isascii() or names.fold(town).isascii():
                return town
        return "Lisbon"

    def country(self) -> str:
        return str(self.fakers["en_US"].country())

    def street(self) -> str:
        locale = self.pick([name for name in LOCALES if name not in ("ja_JP", "vi_VN")])
        return " ".join(str(self.fakers[locale].street_address()).split())

    def address(self) -> str:
        """In one line, in several, or as in the head of a letter."""
        locale = self.pick([name for name in LOCALES if name not in ("ja_JP", "vi_VN")])
        street = (
            self.street() if self.rng.random() < 0.2 else " ".join(str(self.fakers[locale].street_address()).split())
        )
        unit = self.pick(["", "", "", self.digits(" Apt. %#"), self.digits(", Suite %##"), self.digits(", Flat %")])
        town, code = str(self.fakers[locale].city()), str(self.fakers[locale].postcode())
        mark = self.pick([", ", ", ", "\n", "\n ", " "])
        tail = self.pick(
            [
                f"{mark}{town}{mark}{code}",
                f"{mark}{code} {town}",
                f"{mark}{town} {code}",
                "",
                f"{mark}{town}{mark}{self.country()} {code}",
            ]
        )
        return street + unit + tail

    def box(self) -> str:
        return self.digits(
            self.pick(["P.O. Box %##", "PO Box %###", "Postfach %# ## ##".replace(" ##", "##"), "P.O. Box %#"])
        )

    def postcode(self) -> str:
        return str(self.faker().postcode())

    def firm(self) -> str:
        return str(self.faker().company())

    def email(self) -> str:
        user = re.sub(r"[^a-z]", "", names.fold(self.given())) or "post"
        return self.pick([user, f"{user}.{self.digits('##')}", f"{user}_x", f"{user}+tag"]) + "@" + self.domain()

    def domain(self) -> str:
        word = self.pick(["nordwind", "bluecanoe", "kite-works", "harbor7", "piscina", "qwertz", "openfield"])
        end = self.pick(
            [
                "com",
                "org",
                "net",
                "io",
                "co.uk",
                "de",
                "fr",
                "com.br",
                "info",
                "se",
                "fi",
                "cz",
                "si",
                "is",
                "biz",
                "us",
                "nu",
                "gl",
            ]
        )
        return self.pick([word, word.title(), f"www.{word}", f"shop.{word}"]) + "." + end

    def url(self) -> str:
        return self.pick(["https://", "http://"]) + self.domain() + self.pick(["/", "", "/a/b?x=1", "/index.html"])

    def phone(self) -> str:
        forms = [
            *(
                "(%##) ###-####",
                "%##-###-####",
                "%##.###.####",
                "+1-%##-###-####",
                "001-%##-###-####x####",
                "%##-###-####x###",
                "+1 (%##) ###-####",
                "1-800-###-####",
            ),
            *(
                "+44 7### ######",
                "0%### ######",
                "07### ### ###",
                "+49 %## #######",
                "0%## / #######",
                "+49 (0)%## #######",
                "+33 % ## ## ## ##",
                "0% ## ## ## ##",
            ),
            *(
                "+34 %## ### ###",
                "6## ## ## ##",
                "+39 %## #######",
                "+55 %# 9####-####",
                "(%#) ####-####",
                "+46 %# ### ## ##",
                "0%#-### ## ##",
                "+45 ## ## ## ##",
            ),
            *(
                "## ## ## ##",
                "+358 %# #######",
                "+48 %## ### ###",
                "%## ### ###",
                "+420 %## ### ###",
                "+386 %# ### ###",
                "0%#-###-###",
                "+36 %# ### ####",
                "(06 %#) ### ###",
            ),
            *(
                "+31 %# ### ####",
                "06-########",
                "+90 5## ### ## ##",
                "+81 %#-####-####",
                "0%#-####-####",
                "+86 1## #### ####",
                "+7 (9##) ###-##-##",
                "8 (%##) ###-##-##",
            ),
            *(
                "+966 5# ### ####",
                "+972-5#-###-####",
                "+30 %## ### ####",
                "+354 %## ####",
                "+84 %# #### ####",
                "+91 %#### #####",
                "+61 4## ### ###",
                "(0%) #### ####",
            ),
            *(
                "+1%#########",
                "+44%#########",
                "%##-###-#### ext. ###",
                "+41 %# ### ## ##",
                "(%##)###-####",
                "0%##-#######",
                "+52 1 %## ### ####",
            ),
        ]
        return self.digits(self.pick(forms))

    def card(self) -> str:
        begins = [
            ("4", 16),
            ("4", 13),
            ("4", 19),
            ("51", 16),
            ("55", 16),
            ("2221", 16),
            ("2720", 16),
            ("2345", 16),
            ("34", 15),
            ("37", 15),
            ("300", 14),
            ("36", 14),
        ]
        begins += [
            ("38", 14),
            ("6011", 16),
            ("65", 16),
            ("3528", 16),
            ("3589", 16),
            ("2131", 15),
            ("1800", 15),
            ("5018", 12),
            ("6304", 13),
            ("6759", 19),
            ("62", 16),
        ]
        begin, length = self.pick(begins)
        body = begin + self.digits("#" * (length - len(begin) - 1))
        odd = sum(int(d) for d in body[::-1][1::2])
        even = sum(sum(map(int, str(2 * int(d)))) for d in body[::-1][::2])
        number = body + str(-(odd + even) % 10)
        mark = self.pick(["", "", " ", "-"])
        return mark.join(number[at : at + 4] for at in range(0, length, 4)) if mark and length == 16 else number

    def iban(self) -> str:
        country, form = self.pick(
            [
                *(
                    ("DE", "d" * 18),
                    ("GB", "aaaa" + "d" * 14),
                    ("FR", "d" * 10 + "c" * 11 + "dd"),
                    ("ES", "d" * 20),
                    ("IT", "a" + "d" * 10 + "c" * 12),
                ),
                *(
                    ("NL", "aaaa" + "d" * 10),
                    ("SE", "d" * 20),
                    ("NO", "d" * 11),
                    ("PL", "d" * 24),
                    ("CH", "d" * 5 + "c" * 12),
                    ("AT", "d" * 16),
                    ("BE", "d" * 12),
                ),
                *(
                    ("FI", "d" * 14),
                    ("PT", "d" * 21),
                    ("TR", "d" * 5 + "0" + "c" * 16),
                    ("SA", "dd" + "c" * 18),
                    ("GR", "d" * 7 + "c" * 16),
                    ("IS", "d" * 22),
                ),
                *(
                    ("MT", "aaaa" + "d" * 5 + "c" * 18),
                    ("IL", "d" * 19),
                    ("BR", "d" * 23 + "ac"),
                    ("CZ", "d" * 20),
                    ("HU", "d" * 24),
                    ("SI", "d" * 15),
                ),
            ]
        )
        made = {"d": "0123456789", "a": "ABCDEFGHKLMNPRST", "c": "0123456789ABCDEFGHK", "0": "0"}
        body = "".join(self.pick(made[c]) for c in form)
        value = int("".join(str(int(c, 36)) for c in body + country + "00"))
        text = f"{country}{98 - value % 97:02d}{body}"
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if self.rng.random() < 0.4 else text

    def ssn(self) -> str:
        area = self.rng.integers(1, 900)
        area = 123 if area == 666 else area
        mark = self.pick(["-", "-", "-", " ", ""])
        return f"{area:03d}{mark}{self.rng.integers(1, 100):02d}{mark}{self.rng.integers(1, 10000):04d}"

    def ip(self) -> str:
        if self.rng.random() < 0.6:
            return ".".join(str(n) for n in (self.rng.integers(1, 224), *self.rng.integers(0, 256, 3)))
        parts = [f"{n:x}" for n in self.rng.integers(1, 65536, 8)]
        return self.pick(
            [
                ":".join(parts),
                ":".join(parts[:3]) + "::" + parts[3],
                "fe80::" + ":".join(parts[:2]),
                ":".join(p.zfill(4) for p in parts),
            ]
        )

    def date(self) -> str:
        day = pd.Timestamp("1930-01-01") + pd.Timedelta(int(self.rng.integers(0, 34000)), unit="D")
        n, month = day.day, day.month_name()
        nth = f"{n}{'th' if 10 < n < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"
        forms = [
            *(
                f"{day:%Y-%m-%d}",
                f"{day:%d/%m/%Y}",
                f"{day.month}/{day.day}/{day.year}",
                f"{day:%d.%m.%Y}",
                f"{day:%d-%m-%Y}",
                f"{day:%m/%d/%y}",
                f"{day:%d %b %Y}",
            ),
            *(
                f"{month} {n}, {day.year}",
                f"{n} {month} {day.year}",
                f"the {nth} of {month}",
                f"{month} {nth}",
                f"{nth} {month} {day.year}",
                f"{month} {day.year}",
            ),
            *(
                f"{day:%A}, {month} {n}, {day.year}",
                f"{day:%a} {day:%d %b %Y}",
                f"{day:%A}",
                f"{day.year}",
                f"{day:%b-%d-%Y}",
                f"{day:%d-%b-%Y}",
                f"{day:%d-%b-%y}",
            ),
            *(
                f"{day:%Y/%m/%d}",
                f"{day:%Y%m%d}",
                f"{day:%Y-%m-%d} 14:05:09",
                f"{day:%A} the {nth}",
                f"{day:%b}. {n}, {day.year}",
                f"the {day.year}s",
                f"{month}",
            ),
        ]
        return str(self.pick(forms))

    def age(self) -> str:
        return str(self.rng.integers(18, 89))


# Our own sentences. {label} or {label:maker} is filled; the label is what the scanner should say.
SENTENCES = """
{p} rang this morning about the invoice.
Could somebody get back to {p} before noon?
The contract was signed by {p} and {p} on {d}.
Dear {g}, your parcel left {c} yesterday.
{g} moved from {c} to {c} last spring.
I'm {p}, calling about the flat in {c}.
We met {p} at the fair in {c}.
According to {p}, the board of {o} resigned.
{p}, {age} years old, was admitted to the clinic.
Mr. {l} asked for a copy of the letter.
Please forward it to Ms. {l} at {o}.
Dr. {p} will see you on {d}.
Kind regards,\n{p}
{p}\n{o}\n{a}
Hi {g}, thanks for waiting. Could you confirm that {e} is still right?
My number is {ph}, ask for {g}.
You may reach me on {ph} or at {e}.
Call {ph} if the line is busy.
Tel: {ph}
Office: {ph}, fax on request.
{p} ({ph})
Phone {ph} - {p}
Please ring me back at {ph} after six
Text me on {ph}
New phone number: {ph}
Contact {p}, {ph}, {e}
The card {cc} was declined twice.
Charge it to {cc} please
my card number is {cc} and it expires soon
Credit card: {cc}
We could not verify card no. {cc}.
{cc} has been blocked
Refund to {ib} within five days.
IBAN {ib}
Transfer the deposit to {ib}, reference rent.
The account {ib} belongs to {p}.
SSN: {ssn}
Her social security number is {ssn}.
my ssn is {ssn} and my name is {p}
Social security: {ssn}, born {d}
The request came from {ip}.
Server {ip} does not answer
Ping {ip} and tell me
Blocked address {ip} after three attempts.
Have a look at {dom}
The shop at {dom} is offline.
{dom} was registered in {d}.
Is {dom} still yours?
Write to {e}
My mail is {e} and not {e}.
Send everything to {e}, thanks
{e} unsubscribed.
See {url} for the terms.
She was born on {d} in {c}.
He has lived in {c}, {co} since {d:year}.
The meeting on {d} is cancelled.
Valid from {d} until {d}.
Let us talk on {d}.
On {d} the firm {o} closed its office in {c}.
DOB: {d:full}
The film came out in {d:year}.
It happened in {d:month}.
Our office is at {a}.
Ship it to {a}
Please change my address to {a}.
Her new address is {a}, she says.
I live at {s}
The shop on {s} has closed.
They moved to {s} in {c}.
{s} is for sale
Deliver to:\n{p}\n{a}
Return to {box}, {c}.
My postcode is {z}.
ZIP: {z}
Write to {z} {c}.
{g} works for {o} in {c}.
{o} announced a loss.
She has been with {o} since {d:year}.
I bought shares of {o} at the worst time.
Invoice from {o}, dated {d:full}
A spokesperson for {o} declined to comment.
The {c} branch of {o} will move.
Are there any trains from {c} to {c}?
I was in {c} when {g} called.
The weather in {c} is awful.
{c} has a new mayor, {p}.
My flight to {co} leaves at nine.
People from {co} need a visa.
What is the time in {c}, {co}?
{g}'s sister lives near {c}.
Has {g} answered yet?
Tell {g} that I agree.
The patient, {p}, lives at {a}.
{p} was born in {c}.
For {p}: two tickets, row 12
Author: {p}
Signed, {g}
Best,\n{g}
I am {age} years old and my name is {g}.
The winners are {p}, {p} and {p}.
{p} told {p} to wait.
Passenger {l}, {g}, please come to gate 12.
my friend {g} wants to cancel
who is {p}?
The order of {p} ({e}) goes to {a}.
No data here, only a table of 12 rows and a price of 4.50.
The total for order 4411 was 129.95 and it shipped in 3 boxes.
Please read chapter 12 of the manual before you start the machine.
Our Opening Hours Have Changed. Please Check The Door.
The quarterly report shows that sales grew by 12 percent.
We need 1500 units of part 44-120-A by the end of the quarter.
Version 2.3.1 fixes the bug in the login form.
Error 404 in module parser, line 1288 of file main.py
The Committee on Foreign Trade meets in Room 12.
Thank You For Your Patience. The Ticket Is Closed.
"""

# Sentences that no rule was written with in view: those that the shipped figures are measured on.
UNSEEN = """
Good morning, {p} speaking, how may I help you?
The tenancy of {p} at {a} ends on {d}.
Would you kindly pass this note on to {p}?
Everybody at {o} knows {p} by name.
{p} and her husband bought the house at {a} last year.
We owe {p} an apology.
Minutes taken by {p}, approved on {d}.
The lawyer, {p}, filed the papers on {d}.
An engineer from {o} called {g} twice.
Cc: {p}, {p}
To whom it may concern: {p} has rented from us since {d:year}.
Yesterday {g} forgot the keys again.
The manager, Mrs. {l}, will be back on {d}.
Prof. {l} teaches in {c}.
Emergency contact: {p}, {ph}
{g}, is your email still {e}?
Reply to {e} with the subject Invoice
The newsletter goes out from {e} every week
Her mobile is {ph}, his is {ph}.
Whatsapp: {ph}
If urgent dial {ph}.
For support, call us on {ph} between nine and five.
Fax {ph}
I tried {ph} but nobody picked up
They billed {cc} instead of my other card.
Please remove {cc} from my account
Payment by card {cc}, thank you
Is {cc} a valid card?
Our bank details are {ib}.
Wire the money to {ib} and send a receipt
Beneficiary account: {ib}
The employee with SSN {ssn} has left.
Social: {ssn}
What do I do if my SSN {ssn} was stolen?
Login from {ip} at night
The address {ip} is on the block list.
Traceroute to {ip} stops after six hops
We have moved our site to {dom}.
Mails from {dom} end up in spam
Does anybody own {dom}?
More at {url}
The link {url} is dead.
The lease began on {d} and ends on {d}.
Due date: {d:full}
He graduated in {d:year}.
Since {d} nothing has arrived.
Our next appointment is on {d}.
The museum in {c} opened in {d:year}.
Snow is expected near {c} tonight.
The train to {c} was late.
She comes from {c}, a town in {co}.
We deliver to {co} too.
How far is it from {c} to {c}?
He runs a bakery in {c}.
I grew up in {c} but live in {c} now.
Exports to {co} fell.
My new address: {a}
The parcel for {a} came back.
Please collect the keys at {s}.
Our warehouse is located at {a}.
She lives on {s} with her mother.
Post it to {box}, {c}
Billing address:\n{p}\n{a}
{p}\n{s}\n{c}
What zip code do you have, {z}?
The postal code of the new flat will be {z}, they say.
Our shop in {c}, {z} has closed.
We have lived in {z} since spring.
Is there a fee for {z}?
{p} used to work for {o}.
The invoice of {o} is overdue.
We were customers of {o} for years.
{o} hired forty people.
Has {o} paid?
The merger of {o} and {o} failed.
The chairman of {o} lives in {c}.
{g} is {age} years old.
At the age of {age}, {g} learned to swim.
{p} from {c} won the race.
{p}: I disagree.
{p} wrote that the room was cold.
Photo by {p}
Witnesses: {p}, {p} and {p}
the landlord is called {p}
Nobody has seen {g} since {d}.
The pump runs at 1450 rpm and needs 3 litres of oil.
Press the green button twice, then wait for 30 seconds.
Chapter 4 explains how the index is built.
The delivery contains 12 boxes of 40 screws each.
Revenue was 4.2 million in the third quarter.
Save As opens a dialog with three tabs.
All prices include tax unless stated otherwise.
Batch 20231 passed the test, batch 20232 did not.
"""

LABELS: dict[str, tuple[str, str]] = {
    "p": ("PERSON", "person"),
    "g": ("PERSON", "given"),
    "l": ("PERSON", "last"),
    "c": ("CITY", "city"),
    "co": ("COUNTRY", "country"),
    "a": ("STREET_ADDRESS", "address"),
    "s": ("STREET_ADDRESS", "street"),
    "box": ("STREET_ADDRESS", "box"),
    "z": ("POSTCODE", "postcode"),
    "o": ("ORGANIZATION", "firm"),
    "e": ("EMAIL", "email"),
    "ph": ("PHONE", "phone"),
    "cc": ("CREDIT_CARD", "card"),
    "ib": ("IBAN", "iban"),
    "ssn": ("US_SSN", "ssn"),
    "ip": ("IPV4", "ip"),
    "dom": ("DOMAIN", "domain"),
    "url": ("URL", "url"),
    "d": ("DATE", "date"),
    "age": ("AGE", "age"),
}


def sentences(count: int, seed: int, written: str = SENTENCES) -> list[Sentence]:
    """Each sentence of ours as often as any other, filled anew each time."""
    people, forms = People(seed), [line.replace("\\n", "\n") for line in written.strip().split("\n")]
    return [_filled(forms[at % len(forms)], people) for at in range(count)]


def _filled(form: str, people: People) -> Sentence:
    text, spans = "", []
    for part in re.split(r"(\{[\w:]+\})", form):
        if not part.startswith("{"):
            text += part
            continue
        name, _, wish = part.strip("{}").partition(":")
        label, maker = LABELS[name]
        value = _wished(people, wish) if wish else getattr(people, maker)()
        spans.append((len(text), len(text) + len(value), "IPV6" if label == "IPV4" and ":" in value else label))
        text += value
    return Sentence(text, tuple(spans))


def _wished(people: People, wish: str) -> str:
    fits: Callable[[str], object] = {
        "year": re.compile(r"(?:19|20)\d\d\Z").match,
        "month": re.compile(r"(?:[A-Z][a-z]+ )?\d{4}\Z|[A-Z][a-z]+\Z").match,
        "full": re.compile(r".*\d.*\d{4}|\d{4}.*\d").match,
    }[wish]
    while True:
        made = people.date()
        if fits(made) and not made.endswith("day"):
            return made


@contextmanager
def without(share: float) -> Iterator[None]:
    """The scanner with this share of its lists of names and towns hidden, chosen by hash."""
    kept = {name: getattr(names, name) for name in LISTS}
    for name, whole in kept.items():
        known = frozenset(word for word in whole() if hashlib.sha256(word.encode()).digest()[0] >= 256 * share)
        setattr(names, name, lambda known=known: known)
    try:
        yield
    finally:
        for name, whole in kept.items():
            setattr(names, name, whole)


def spelt_like(entity: Entity, rng: np.random.Generator, count: int) -> list[str]:
    """Values of a kind with a form: its canary with other digits and letters, as many as pass its check."""
    spellings: set[str] = set()
    for _ in range(400 * count):
        spelling = "".join(_other(c, rng) for c in entity.canary)
        if entity.holds(spelling):
            spellings.add(spelling)
        if len(spellings) == count:
            break
    return sorted(spellings)


def _other(c: str, rng: np.random.Generator) -> str:
    if c.isdigit() and rng.random() < 0.7:
        return str(rng.integers(10))
    return c


def forms(count: int, seed: int) -> dict[str, list[Sentence]]:
    """Sentences around varied values of each kind that has a form and a sentence."""
    rng, found = np.random.default_rng(seed), {}
    for entity in entities().values():
        if not (entity.has_shape and entity.sentence):
            continue
        before, after = entity.sentence.split("{}")
        made = spelt_like(entity, rng, count)
        found[entity.name] = [
            Sentence(before + v + after, ((len(before), len(before) + len(v), entity.name),)) for v in made
        ]
    return found


def people_table(rows: int, seed: int, locales: tuple[str, ...] = (*LOCALES, *OTHER_SCRIPTS[:3])) -> Table:
    """One row for each invented person, with the columns that such tables have."""
    people = People(seed)
    made = [_row(people, people.fakers[people.pick(locales)], people.pick) for _ in range(rows)]
    columns = {name: pd.Series([row[name] for row in made], dtype=object) for name in made[0]}
    return Table("people", tuple(Column(name, Kind.TEXT) for name in columns), pd.DataFrame(columns))


def _row(people: People, faker: Any, pick: Callable[[Any], Any]) -> dict[str, str]:
    first_name = faker.first_romanized_name() if hasattr(faker, "first_romanized_name") else faker.first_name()
    last = faker.last_romanized_name() if hasattr(faker, "last_romanized_name") else faker.last_name()
    user, d, rng = re.sub(r"[^a-z]", "", names.fold(first_name))[:9] or "user", people.digits, people.rng
    kilos, centimetres = rng.uniform(45, 120), int(rng.integers(148, 200))
    return {
        "GivenName": first_name,
        "Surname": last,
        "StreetAddress": " ".join(faker.street_address().split()),
        "City": faker.city(),
        "State": getattr(faker, "state_abbr", lambda: "XX")() if rng.random() < 0.8 else "NA",
        "ZipCode": faker.postcode(),
        "Country": faker.country_code(),
        "CountryFull": people.country(),
        "EmailAddress": people.email(),
        "Username": pick([user.title(), user]) + d(pick(["##", "19##", "###"])),
        "Password": "".join(pick("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNP") for _ in range(int(rng.integers(6, 10))))
        + d("#")
        + pick("abcXYZ"),
        "TelephoneNumber": people.phone(),
        "MothersMaiden": faker.last_romanized_name() if hasattr(faker, "last_romanized_name") else faker.last_name(),
        "Birthday": f"{rng.integers(1, 13)}/{rng.integers(1, 29)}/{rng.integers(1934, 2002)}",
        "Age": str(rng.integers(18, 86)),
        "CCType": pick(["MasterCard", "Visa"]),
        "CCNumber": people.card().replace(" ", "").replace("-", ""),
        "CVV2": d("###"),
        "CCExpires": f"{rng.integers(1, 13)}/{rng.integers(2024, 2030)}",
        "NationalID": pick(
            [
                d("###-##-####"),
                "",
                d("%#####-####"),
                d("%##########"),
                d("## ## ## ## # ## "),
                d("%#######-") + pick("ABCDEFGH"),
            ]
        ),
        "UPS": faker_ups(people),
        "WesternUnionMTCN": d("%#########"),
        "MoneyGramMTCN": d("%#######"),
        "Color": pick(["Blue", "Red", "Green", "Purple", "Black", "Orange", "Silver", "White", "Yellow", "Brown"]),
        "Occupation": people.fakers["en_US"].job(),
        "Company": pick(
            [
                people.firm(),
                people.fakers["en_US"].bs().title().rsplit(" ", 1)[0],
                f"{first_name} {pick(['Foods', 'Motors', 'Gardens', 'Records'])}",
            ]
        ),
        "Vehicle": (
            f"{rng.integers(1992, 2024)} {pick(MAKES)} {pick(['Astra', 'Focus', 'V70', 'Rio', 'Punto', 'A4', '6'])}"
        ),
        "Domain": people.domain().replace("www.", "").replace("shop.", ""),
        "BloodType": pick(["A+", "O+", "B+", "AB+", "O-", "A-"]),
        "Pounds": f"{kilos * 2.2046:.1f}",
        "Kilograms": f"{kilos:.1f}",
        "FeetInches": f"{centimetres // 30}' {centimetres % 12}\"",
        "Centimeters": str(centimetres),
        "GUID": faker.uuid4(),
        "Latitude": f"{rng.uniform(-60, 70):.6f}",
        "Longitude": f"{rng.uniform(-179, 179):.6f}",
    }


def faker_ups(people: People) -> str:
    return people.digits("1Z ### %## ## #### ### #")
