"""What the values of a column say by themselves, and whether they speak against what its name says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from privsynth.dataset import Kind
from privsynth.pii import names
from privsynth.pii.entities import Entity, Trait, entities, of_trait
from privsynth.pii.lexicon import NameSays
from privsynth.pii.namesakes import is_listed_person, is_place, like_surname, names_people, people
from privsynth.pii.phones import phone_share
from privsynth.pii.shapes import Shape
from privsynth.typing import Array


@dataclass(frozen=True)
class Guess:
    """A kind that the values show, the share of distinct values that do, and how far that stands above chance."""

    entity: str
    share: float
    margin: float
    reason: str


def guess_from_values(shape: Shape, kind: Kind, says: NameSays) -> list[Guess]:
    """All kinds that the values alone would justify."""
    if kind in (Kind.BOOLEAN, Kind.ORDINAL, Kind.TIME, Kind.DURATION) or not shape.sample:
        return []
    if kind is Kind.DATE:
        return _births(shape, says)
    guesses = _by_expression(shape, kind, says)
    if kind in (Kind.TEXT, Kind.CATEGORY) and not guesses:
        guesses = _by_dictionary(shape)
    return guesses


def _by_expression(shape: Shape, kind: Kind, says: NameSays) -> list[Guess]:
    numeric = kind in (Kind.NUMBER, Kind.INTEGER)
    candidates = [_guess(entity, shape) for entity in entities().values() if _may_be(entity, shape, numeric)]
    guesses = [guess for guess in candidates if guess is not None]
    if not numeric and not guesses and shape.distinct >= 5:
        share = phone_share(shape.sample)
        if share >= 0.5:
            guesses.append(
                Guess(
                    "PHONE",
                    share,
                    share - 0.1,
                    f"{share:.0%} of the distinct values are written like telephone numbers",
                )
            )
    return guesses if not says.is_key else [guess for guess in guesses if entities()[guess.entity].chance < 0.02]


def _may_be(entity: Entity, shape: Shape, numeric: bool) -> bool:
    """Whether the values alone can prove the kind: a check or a telling shape, and values of the right size."""
    if not entity.has_shape or entity.chance >= 0.5 or (numeric and not entity.check) or shape.distinct < 5:
        return False
    return shape.have_size(*entity.size)


def _guess(entity: Entity, shape: Shape) -> Guess | None:
    first = shape.sample[:: max(1, len(shape.sample) // 60)]
    if sum(map(entity.holds, first)) < 0.3 * len(first):
        return None
    share = sum(map(entity.holds, shape.sample)) / len(shape.sample)
    if share < entity.least_share:
        return None
    return Guess(
        entity.name,
        share,
        share - entity.chance,
        f"{share:.0%} of the distinct values pass the check of the kind, {entity.chance:.1%} would by chance",
    )


def _births(shape: Shape, says: NameSays) -> list[Guess]:
    """Dates whose years are spread over a generation or more, and none of them recent, are dates of birth.

    Years that only ever rise or fall down the file are those of a series: people are not listed by their age.
    """
    years = shape.years
    if len(years) < 20 or says.is_negated or (np.diff(years) >= 0).all() or (np.diff(years) <= 0).all():
        return []
    low, high = np.quantile(years, [0.05, 0.95])
    if high - low >= 25 and low >= 1890 and high <= 2018 and years.max() <= 2026:
        return [Guess("DATE_OF_BIRTH", 1.0, 0.3, "the years are spread like those of births")]
    return []


_MANY = 20  # no dictionary speaks about fewer distinct values


_MANY_LISTED = 5  # values that begin with a surname and a comma say more than single words do


def _by_dictionary(shape: Shape) -> list[Guess]:
    listed = shape.share_of(is_listed_person) if shape.distinct >= _MANY_LISTED else 0.0
    if listed > 0.5:
        reason = f"{listed:.0%} of the distinct values are a surname, a comma and a given name"
        return [Guess("PERSON", listed, listed, reason)]
    if shape.distinct < _MANY or (shape.digit_share > 0.95 and not _is_street_like(shape)):
        return []
    street = shape.share_of(is_street)
    if street >= 0.3 and shape.digit_share >= 0.3:
        return [
            Guess(
                "STREET_ADDRESS",
                street,
                street - 0.05,
                f"{street:.0%} of the distinct values are a number and a word for a street",
            )
        ]
    if shape.share_of(lambda value: value in names.country_codes()) >= 0.95:
        return [Guess("COUNTRY", 0.95, 0.5, "nearly all distinct values are codes of countries")]
    country = _hits(shape.sample, names.countries())
    if country >= 0.6:
        return [Guess("COUNTRY", country, country - 0.1, f"{country:.0%} of the distinct values are countries")]
    job = shape.share_of(is_job)
    if job >= 0.35 and shape.named_share < 1.01:
        return [Guess("JOB_TITLE", job, job - 0.1, f"{job:.0%} of the distinct values end in a word for an occupation")]
    firm = shape.share_of(is_firm)
    if firm >= 0.2:
        return [Guess("ORGANIZATION", firm, firm - 0.02, f"{firm:.0%} of the distinct values end in a legal form")]
    return _people_or_places(shape) if shape.named_share >= 0.8 else []


def _people_or_places(shape: Shape) -> list[Guess]:
    """Capitalised words, many of them: given names, surnames, both, or places; what has most evidence wins."""
    guesses = _of_people(shape)
    return guesses if guesses and names_people(shape) else _of_places(shape)


def _of_people(shape: Shape) -> list[Guess]:
    common = names.common_words()
    values = [names.fold(value) for value in shape.sample]
    parts = [re.split(r"[ .'\u2019-]+", value) for value in values]
    given_names = float(np.mean([p[0] in names.given_names() and p[0] not in common for p in parts]))
    last = float(np.mean([(v in names.surnames() and v not in common) or like_surname(v) for v in values]))
    whole = float(
        np.mean(
            [
                len(p) >= 2 and p[0] in names.given_names() and (p[-1] in names.surnames() or like_surname(p[-1]))
                for p in parts
            ]
        )
    )
    single = float(np.mean([len(p) == 1 for p in parts]))
    if whole >= 0.1 and single < 0.5:
        return [Guess("PERSON", whole, whole, f"{whole:.0%} of the distinct values are a given name and a surname")]
    return _best_of({"FIRST_NAME": given_names, "LAST_NAME": last})


def _of_places(shape: Shape) -> list[Guess]:
    regions = shape.share_of(lambda value: names.fold(value) in names.regions())
    if regions >= 0.6:
        return [Guess("REGION", regions, regions - 0.1, f"{regions:.0%} of the distinct values are states or regions")]
    place = shape.share_of(is_place)
    if place >= 0.5:
        return [Guess("CITY", place, place - 0.1, f"{place:.0%} of the distinct values are called like places")]
    towns = _hits(shape.sample, names.towns())
    known = (
        towns if towns >= 0.15 else _hits(shape.sample, names.places()) / 2
    )  # a list of so many has half of all words
    return _best_of({"CITY": known}) if known > people(shape) else []


def _best_of(shares: Mapping[str, float]) -> list[Guess]:
    words = {"FIRST_NAME": "given names", "LAST_NAME": "surnames", "CITY": "towns"}
    entity = max(shares, key=lambda name: shares[name])
    share = shares[entity]
    return (
        [
            Guess(
                entity,
                share,
                share - 0.05,
                f"{share:.0%} of the distinct values are {words[entity]}, and nearly all are written with a capital",
            )
        ]
        if share >= 0.15
        else []
    )


def _hits(sample: list[str], known: frozenset[str]) -> float:
    common = names.common_words()
    return sum(1 for value in map(names.fold, sample) if value in known and value not in common) / len(sample)


def _is_street_like(shape: Shape) -> bool:
    return shape.mean_words >= 2


_HAS_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")


def is_street(value: str) -> bool:
    """A number, and a word for a street or an ending of one; or a post-office box."""
    if not _HAS_NUMBER.search(value):
        return False
    words = [names.fold(word) for word in _WORD.findall(value)]
    alone, endings = names.street_words()
    return (
        any(word in alone or (len(word) > 5 and word.endswith(tuple(endings))) for word in words)
        or _BOX.search(value) is not None
    )


_BOX = re.compile(r"\b(?:P\.? ?O\.? ?Box|Postfach|Apartado|Boite postale|Postboks|Box)\b", re.IGNORECASE)


def is_job(value: str) -> bool:
    words = _WORD.findall(value.lower())
    jobs = names.known("occupations")
    return bool(words) and (words[-1] in jobs or words[-1].rstrip("s") in jobs or words[0] in jobs)


_LEGAL_FORMS = (
    r"(?:&? ?Co\.? ?KG|Inc|Incorporated|LLC|LLP|Ltd|Limited|PLC|Corp|Corporation|Company|GmbH|AG|KG|OHG|UG|SE"
    r"|S\.?A\.?S?|SARL|S\.?L\.?|S\.?p\.?A\.?",
    r"S\.?r\.?l\.?|B\.?V\.?|N\.?V\.?|AB|ASA?|ApS|A/S|Oyj?|Sp\. ?z ?o\. ?o\.|z ?o\. ?o\.|s\.r\.o\.|a\.s\.|d\.o\.o\."
    r"|Kft|Zrt|OOO|K\.?K\.?|Pty|Pvt",
    r"Group|Holdings?|and Sons|& Sons|Partners|Associates|Enterprises|Industries)",
)
_FIRM = re.compile(rf".*[\w.,)] {'|'.join(_LEGAL_FORMS)}\.?\Z", re.IGNORECASE)


def is_firm(value: str) -> bool:
    return _FIRM.match(value) is not None


def agrees(means: str, shape: Shape, kind: Kind) -> bool:
    """Whether the values are such as the words of a name promise, where they promise anything."""
    match means:
        case "amounts":
            return shape.distinct >= 3 and (kind.is_numeric or shape.digit_share >= 0.5)
        case "coordinates":
            return kind.is_numeric and len(shape.numbers) > 0 and bool(np.abs(shape.numbers).max() <= 360)
        case "statures":
            return kind.is_numeric and any(_mostly(shape.numbers, *ends) for ends in _STATURES)
        case "groups":
            return kind not in (Kind.NUMBER, Kind.DATE) and shape.distinct <= MOST_GROUPS
    return True


MOST_GROUPS = 500
MOST_SEXES = 30  # words and codes for them; more are counts of women or men
_STATURES = ((40, 250), (15, 100), (0.4, 2.5), (3, 8))  # of people: in centimetres, inches, metres, feet


def _mostly(numbers: Array, low: float, high: float) -> bool:
    return len(numbers) > 0 and float(np.mean((numbers >= low) & (numbers <= high))) >= 0.95


def supports(entity: str, shape: Shape, kind: Kind, *, whole_name: bool) -> float:
    """How well the values bear out what the name says, from 0 (they speak against it) to 1."""
    rule = _rules().get(entity)
    if rule is not None:
        return rule(shape, kind)
    registered = entities()[entity]
    if not registered.has_shape:
        return 1.0 if kind is not Kind.BOOLEAN and shape.distinct > 2 else 0.0
    return _fits_shape(registered, shape, kind, whole_name)


def _fits_shape(entity: Entity, shape: Shape, kind: Kind, whole_name: bool) -> float:
    """With a name, the shape is enough: a tenth of the values, and more where the shape says little."""
    if kind is Kind.BOOLEAN or (shape.distinct < 5 and shape.rows > 50):
        return 0.0
    shaped = sum(1 for value in shape.sample if entity.whole.match(value)) / len(shape.sample)
    held = sum(map(entity.holds, shape.sample)) / len(shape.sample) if entity.check else shaped
    if entity.name == "CREDIT_CARD":
        shaped = max(shaped, shape.share(_MANGLED))
    least = 0.05 if entity.check or entity.chance < 0.1 else 0.4
    if held >= least and (not entity.check or held >= min(0.5, 2 * entity.chance)):
        return max(held, 0.5)
    return 0.4 if whole_name and shaped >= 0.5 else 0.0


_MANGLED = re.compile(r"\d(?:[.,]\d+)?E\+1\d\Z")


@cache
def _rules() -> Mapping[str, Callable[[Shape, Kind], float]]:
    """Kinds without a shape of their own: what their values must be like at least."""
    persons = dict.fromkeys(of_trait(Trait.NAME), _person)
    categories = dict.fromkeys(
        ("ETHNICITY", "MARITAL_STATUS", "RELIGION", "POLITICS", "NATIONALITY", "COUNTRY", "REGION"), _category
    )
    return {
        **persons,
        **categories,
        "GENDER": lambda shape, kind: _category(shape, kind) if shape.distinct <= MOST_SEXES else 0.0,
        **dict.fromkeys(of_trait(Trait.PHONE), _phone),
        "EMAIL": lambda shape, _: shape.share_of(lambda value: "@" in value or "\uff20" in value),
        "TITLE": _title,
        "JOB_TITLE": lambda shape, kind: 0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and shape.digit_share < 0.3 else 0.0,
        "EDUCATION": lambda shape, kind: 0.8 if shape.distinct <= 200 and kind is not Kind.DATE else 0.0,
        "STREET_ADDRESS": lambda shape, kind: (
            0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and shape.distinct > 5 and shape.mean_length >= 5 else 0.0
        ),
        "CITY": lambda shape, kind: 0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and shape.digit_share < 0.5 else 0.0,
        "POSTCODE": lambda shape, kind: (
            0.8
            if kind not in (Kind.BOOLEAN, Kind.DATE) and shape.digit_share > 0.5 and 3.5 <= shape.mean_length <= 11
            else 0.0
        ),
        "ORGANIZATION": lambda shape, kind: (
            0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and shape.distinct > 10 and shape.digit_share < 0.5 else 0.0
        ),
        "AGE": _age,
        "AGE_OVER_89": lambda _shape, _kind: 0.0,
        "DATE_OF_BIRTH": lambda shape, kind: (
            0.9
            if kind is Kind.DATE or len(shape.years) >= 0.5 * len(shape.sample) or shape.share(_DATE) >= 0.5
            else 0.0
        ),
        "DATE": lambda shape, kind: 0.9 if kind is Kind.DATE or shape.share(_DATE) >= 0.5 else 0.0,
        "DIAGNOSIS": _diagnosis,
        "USERNAME": lambda shape, kind: 0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and shape.distinct > 10 else 0.0,
        "PASSWORD": lambda shape, kind: 0.8 if kind is not Kind.BOOLEAN and shape.distinct > 10 else 0.0,
        "DEVICE_UDI": lambda shape, kind: (
            0.6
            if kind in (Kind.TEXT, Kind.CATEGORY, Kind.INTEGER) and _is_many(shape) and shape.digit_share > 0.5
            else 0.0
        ),
        "USER_AGENT": lambda shape, _: 0.9 if shape.mean_length > 30 else 0.0,
        "URL": lambda shape, _: shape.share_of(lambda value: "." in value and " " not in value),
        "CVV": lambda shape, kind: (
            0.8 if kind is not Kind.BOOLEAN and shape.share(_THREE) >= 0.8 and _is_many(shape) else 0.0
        ),
        "UK_SORT_CODE": lambda shape, _: shape.share(_SORT),
        "LICENSE_PLATE": lambda shape, kind: (
            0.8 if kind in (Kind.TEXT, Kind.CATEGORY) and _is_many(shape) and 4 <= shape.mean_length <= 12 else 0.0
        ),
    }


def _is_many(shape: Shape) -> bool:
    """More than a few values, unless the table is so small that nobody can tell."""
    return shape.distinct > 10 or shape.rows <= 50


_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}")
_THREE = re.compile(r"\d{2,4}(?:\.0)?\Z")
_SORT = re.compile(r"\d{2}-\d{2}-\d{2}\Z|\d{6}\Z")


def _person(shape: Shape, kind: Kind) -> float:
    """Words with capitals and hardly a digit, and either many of them or some that are known names."""
    if kind not in (Kind.TEXT, Kind.CATEGORY) or shape.digit_share > 0.3 or shape.mean_length > 60:
        return 0.0
    parts = [re.split(r"[ ,.'\u2019-]+", names.fold(value)) for value in shape.sample]
    named = float(np.mean([any(p in names.given_names() or p in names.surnames() for p in part) for part in parts]))
    cased = shape.share(_LETTERS)
    ordinary = shape.share_of(lambda value: names.fold(value) in names.common_words())
    enough = ordinary < 0.5 and (shape.distinct >= _MANY or named >= 0.5 or shape.rows < 50)
    return max(named, 0.6) if enough and cased >= 0.6 and (named >= 0.1 or shape.distinct_share > 0.2) else 0.0


_LETTERS = re.compile(r"[^\W\d_]")


def _diagnosis(shape: Shape, kind: Kind) -> float:
    """Words or codes of few kinds; many different numbers are counts or measures."""
    if kind in (Kind.NUMBER, Kind.DATE) or (
        kind is Kind.INTEGER and (shape.distinct > 50 or shape.distinct_share > 0.5)
    ):
        return 0.0
    return 0.8


def _category(shape: Shape, kind: Kind) -> float:
    return (
        0.9
        if kind not in (Kind.NUMBER, Kind.DATE)
        and (kind is not Kind.INTEGER or shape.distinct <= 100)
        and shape.distinct <= 2000
        else 0.0
    )


def _phone(shape: Shape, kind: Kind) -> float:
    if kind is Kind.INTEGER:
        return 0.7 if shape.distinct > 5 and float(np.mean((shape.sizes >= 6) & (shape.sizes <= 15))) >= 0.5 else 0.0
    if kind not in (Kind.TEXT, Kind.CATEGORY):
        return 0.0
    return shape.share_of(lambda value: 5 <= sum(map(str.isdigit, value)) <= 17)


def _title(shape: Shape, kind: Kind) -> float:
    hits = shape.share_of(lambda value: names.fold(value).strip(". ") in names.known("titles"))
    return hits if kind in (Kind.TEXT, Kind.CATEGORY, Kind.BOOLEAN) and hits >= 0.3 else 0.0


def _age(shape: Shape, kind: Kind) -> float:
    if kind in (Kind.NUMBER, Kind.INTEGER) and len(shape.numbers):
        return 0.95 if shape.numbers.min() >= 0 and shape.numbers.max() <= 130 else 0.0
    return (
        0.7
        if kind in (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL) and shape.digit_share > 0.5 and shape.distinct <= 150
        else 0.0
    )
