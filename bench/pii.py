"""Figures of the scanner for personal data, on open material: columns, clean columns, texts, check digits, speed.

    python bench/pii.py [--material DIR] [--rows N] [--only PART] [--write]

Material: the people table and the sentences of presidio-research (FakeNameGenerator.com_100.csv, generated_small.json)
and public census tables. The rules were written with these in view, so the figures say what is possible, not what to
expect of other data. `corpus` and `people` are invented by corpora.py, with a share of the lists of names hidden from
the scanner; `--write` stores their recall in privsynth/pii/recall.toml, from where the reports take it. A span counts
as found when a place of the same kind covers it with intersection over union >= 0.5.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from corpora import UNSEEN, Sentence, forms, people_table, sentences, without

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.measure.intervals import wilson
from privsynth.pii import scan_table, scan_text, type_column
from privsynth.pii.entities import entities
from privsynth.policy import Policy
from privsynth.read import read_files

MATERIAL = Path(__file__).parents[2] / "shared" / "material"

# The columns of the people table that name, reach or describe a person, and the kinds that may be said of each.
PEOPLE = {
    "GivenName": "FIRST_NAME PERSON",
    "Surname": "LAST_NAME PERSON",
    "MothersMaiden": "MAIDEN_NAME LAST_NAME",
    "StreetAddress": "STREET_ADDRESS",
    "City": "CITY",
    "StateFull": "REGION CITY",
    "ZipCode": "POSTCODE",
    "CountryFull": "COUNTRY",
    "EmailAddress": "EMAIL",
    "Username": "USERNAME",
    "Password": "PASSWORD",
    "BrowserUserAgent": "USER_AGENT",
    "TelephoneNumber": "PHONE",
    "Birthday": "DATE_OF_BIRTH",
    "Age": "AGE",
    "CCNumber": "CREDIT_CARD",
    "CVV2": "CVV",
    "NationalID": "NATIONAL_ID",
    "UPS": "SHIPMENT",
    "Domain": "DOMAIN",
    "GUID": "UUID",
    "Company": "ORGANIZATION",
}
LABELS = {
    "PERSON": "PERSON FIRST_NAME LAST_NAME",
    "ADDRESS": "STREET_ADDRESS POSTCODE",
    "STREET_ADDRESS": "STREET_ADDRESS POSTCODE",
    "LOCATION": "CITY COUNTRY REGION NATIONALITY",
    "GPE": "CITY COUNTRY REGION",
    "PHONE_NUMBER": "PHONE FAX",
    "CREDIT_CARD": "CREDIT_CARD",
    "ORGANIZATION": "ORGANIZATION",
    "TITLE": "TITLE",
    "DATE_TIME": "DATE DATE_OF_BIRTH",
    "DOMAIN_NAME": "DOMAIN URL",
    "US_SSN": "US_SSN",
    "IP_ADDRESS": "IPV4 IPV6",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "IBAN",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "AGE": "AGE AGE_OVER_89",
    "NRP": "NATIONALITY",
    "ZIP_CODE": "POSTCODE",
    "CITY": "CITY COUNTRY REGION",
    "COUNTRY": "CITY COUNTRY REGION NATIONALITY",
    "PHONE": "PHONE FAX",
    "DOMAIN": "DOMAIN URL",
    "URL": "DOMAIN URL",
    "DATE": "DATE DATE_OF_BIRTH",
}
HIDDEN = 0.4  # share of the lists of names and towns that the scanner has to do without
SENTENCES, FORMS, SEED = 4800, 60, 11


def columns(material: Path) -> None:
    """Recall over the columns of the people table, with their names and without."""
    table = read_files([material / "pii" / "FakeNameGenerator.com_100.csv"], Policy()).tables[0]
    for header in ("true", "c1..cN"):
        typed = {
            c.name: type_column(c.name if header == "true" else f"c{at}", table.text(c.name), c.kind)
            for at, c in enumerate(table.columns)
        }
        noticed = [name for name in PEOPLE if typed[name].role is not Role.PLAIN]
        named = [name for name, kinds in PEOPLE.items() if typed[name].entity in kinds.split()]
        missed = ", ".join(name for name in PEOPLE if name not in noticed)
        print(
            f"columns, headers {header}: noticed {_share(len(noticed), len(PEOPLE))}, kind right {len(named)};"
            f" missed: {missed or 'none'}"
        )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.2f}"


def clean(material: Path) -> None:
    """Columns without direct personal data that are called direct with a kind, or confirmed by the scan."""
    tables = [*_census(material), _business(np.random.default_rng(5))]
    flagged, total = list[str](), 0
    for table in tables:
        wanted = [c.name for c in table.columns if c.name not in ("birth_number", "account_to")]
        total += len(wanted)
        flagged += [
            f"{table.name}.{name}"
            for name in sorted(
                {s.column for s in scan_table(table) if s.confirmed and s.role is Role.DIRECT} & set(wanted)
            )
        ]
    print(f"clean columns flagged: {len(flagged)}/{total} = {len(flagged) / total:.3f}: {', '.join(flagged) or 'none'}")
    berka = {
        s.column
        for table in tables
        for s in scan_table(table)
        if s.confirmed and s.role is Role.DIRECT and s.column in ("birth_number", "account_to")
    }
    print(f"of Berka found as they should be: {', '.join(sorted(berka))}")


def _census(material: Path) -> list[Table]:
    folder = material / "tables"
    files = [
        folder / "adult.train.csv.gz",
        folder / "bank.train.csv.gz",
        folder / "titanic.csv",
        *sorted((folder / "berka").glob("*.csv.gz")),
    ]
    return [read_files([path], Policy()).tables[0] for path in files]


def _business(rng: np.random.Generator, rows: int = 2000) -> Table:
    """Columns as business tables have them, none of them about a person."""
    pick = rng.integers
    ten, hexes = pick(10**9, 10**10, rows), np.array(list("0123456789abcdef"))
    letters = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ"))
    made: dict[str, list[str]] = {
        "record_no": [str(n) for n in ten],
        "reference": [str(n) for n in pick(10**9, 10**10, rows)],
        "created_at": [str(n) for n in pick(1_500_000_000, 1_700_000_000, rows)],
        "event_ts": [str(n) for n in pick(1_500_000_000_000, 1_700_000_000_000, rows)],
        "policy_no": [f"AC{n}" for n in pick(10**5, 10**6, rows)],
        "policy_number": [str(n) for n in pick(10**8, 10**9, rows)],
        "account_balance": [f"{n / 100:.2f}" for n in pick(-(10**6), 10**7, rows)],
        "latitude": [f"{n:.6f}" for n in rng.uniform(-60, 70, rows)],
        "longitude": [f"{n:.6f}" for n in rng.uniform(-179, 179, rows)],
        "amount": [f"{n:.2f}" for n in rng.lognormal(4, 1, rows)],
        "income_total": [str(n) for n in pick(10_000, 200_000, rows)],
        "product_code": [f"{''.join(letters[pick(0, 23, 3)])}-{n}" for n in pick(1000, 9999, rows)],
        "sku": [f"SKU{n:07d}" for n in pick(0, 10**7, rows)],
        "ean": [_ean(f"40{n:010d}") for n in pick(0, 10**10, rows)],
        "order_date": [
            f"{day:%Y-%m-%d}" for day in pd.Timestamp("2021-01-01") + pd.to_timedelta(pick(0, 900, rows), unit="D")
        ],
        "quantity": [str(n) for n in pick(1, 50, rows)],
        "unit_price": [f"{n:.2f}" for n in rng.uniform(1, 900, rows)],
        "discount_rate": [f"{n:.3f}" for n in rng.uniform(0, 0.5, rows)],
        "status": rng.choice(["open", "closed", "held"], rows).tolist(),
        "currency": rng.choice(["USD", "EUR", "GBP", "JPY"], rows).tolist(),
        "channel": rng.choice(["web", "store", "phone", "partner"], rows).tolist(),
        "colour": rng.choice(["Red", "Blue", "Green", "Violet"], rows).tolist(),
        "product_name": rng.choice(["Oak Table", "Steel Lamp", "Wool Rug", "Glass Bowl", "Pine Shelf"], rows).tolist(),
        "version": [f"{a}.{b}.{c}" for a, b, c in pick(0, 20, (rows, 3))],
        "checksum": ["".join(hexes[pick(0, 16, 32)]) for _ in range(rows)],
        "voltage": [f"{n:.4f}" for n in rng.normal(230, 3, rows)],
        "serial_batch": [f"B{n}" for n in pick(100, 999, rows)],
        "phone_type": rng.choice(["mobile", "landline"], rows).tolist(),
        "email_verified": rng.choice(["yes", "no"], rows).tolist(),
        "time": [f"{a:02d}:{b:02d}" for a, b in zip(pick(0, 24, rows), pick(0, 60, rows), strict=True)],
        "week": [f"2023-W{n:02d}" for n in pick(1, 53, rows)],
        "category_path": rng.choice(["Home/Kitchen", "Home/Garden", "Sport/Ball"], rows).tolist(),
        "weight_kg": [f"{n:.1f}" for n in rng.uniform(0.1, 90, rows)],
        "clicks": [str(n) for n in rng.poisson(30, rows)],
        "num9": [str(n) for n in pick(10**8, 10**9, rows)],
        "num11": [str(n) for n in pick(10**10, 10**11, rows)],
        "num12": [str(n) for n in pick(10**11, 10**12, rows)],
        "num13": [str(n) for n in pick(10**12, 10**13, rows)],
        "num16": [str(n) for n in pick(10**15, 10**16, rows)],
        "alnum8": [f"{''.join(letters[pick(0, 23, 3)])}{n}" for n in pick(10**4, 10**5, rows)],
    }
    return Table(
        "business",
        tuple(Column(name, Kind.TEXT) for name in made),
        pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in made.items()}),
    )


def _ean(body: str) -> str:
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(body))
    return body + str(-total % 10)


def texts(material: Path) -> None:
    """Recall for each label and precision over all, in the labelled sentences."""
    sentences = json.loads((material / "pii" / "generated_small.json").read_text(encoding="utf-8"))
    found, wanted, right, said = Counter[str](), Counter[str](), 0, 0
    for sentence in sentences:
        hits = scan_text(sentence["full_text"])
        spans = [(s["start_position"], s["end_position"], s["entity_type"]) for s in sentence["spans"]]
        for start, end, label in spans:
            wanted[label] += 1
            found[label] += any(
                _same(hit.entity, label) and _overlap(hit.start, hit.end, start, end) >= 0.5 for hit in hits
            )
        said += len(hits)
        right += sum(
            any(
                _same(hit.entity, label) and _overlap(hit.start, hit.end, start, end) >= 0.5
                for start, end, label in spans
            )
            for hit in hits
        )
    for label, count in wanted.most_common():
        print(f"texts: {label:18} {found[label]:3}/{count:3} = {found[label] / count:.2f}")
    print(f"texts: precision over all {right}/{said} = {right / said:.2f}")


def _same(entity: str, label: str) -> bool:
    return entity in LABELS.get(label, label).split()


def _overlap(start: int, end: int, other_start: int, other_end: int) -> float:
    common = min(end, other_end) - max(start, other_start)
    return common / (max(end, other_end) - min(start, other_start)) if common > 0 else 0.0


def corpus(*, write: bool) -> None:
    """Recall and precision of each kind in invented sentences; kinds with a form and a keyword in sentences of their
    own.
    """
    with without(HIDDEN):
        print(
            "corpus: precision over the sentences that rules were written with"
            f" {_precision(_tally(sentences(SENTENCES, SEED)))}"
        )
        said = {"sentences of bench/corpora.py": _tally(sentences(SENTENCES, SEED, UNSEEN))}
    keyed = forms(FORMS, SEED)
    said["one sentence with a keyword, other values"] = [
        sum(parts, Counter[str]()) for parts in zip(*(_tally(part) for part in keyed.values()), strict=True)
    ]  # type: ignore[assignment]
    rows: dict[str, str] = {}
    for name, (wanted, found, hits, right) in said.items():
        for label in sorted(wanted):
            if label in rows or label not in entities() or wanted[label] < LEAST:
                continue
            low, high = wilson(found[label], wanted[label])
            precise = (
                f"precision = {right[label] / hits[label]:.3f}\n"
                if name.startswith("sentences") and hits[label]
                else ""
            )
            rows[label] = (
                f"[{label}]\nrecall = {found[label] / wanted[label]:.3f}\ninterval = [{low:.3f}, {high:.3f}]\nn ="
                f" {wanted[label]}\n"
                f'{precise}corpus = "{name}"\ndate = "{datetime.now(UTC):%Y-%m-%d}"\n'
            )
            print(
                f"corpus: {label:22} {found[label]:4}/{wanted[label]:4} = {found[label] / wanted[label]:.3f}"
                f" {precise.strip()}"
            )
        if name.startswith("sentences"):
            print(f"corpus: precision over all {_precision(said[name])}")
    if write:
        text = (
            "# Measured by `python bench/pii.py --only corpus --write`; nothing here is written by hand. The"
            " interval is at 95 %.\n\n"
        )
        RECALL.write_text(text + "\n".join(rows[name] for name in entities() if name in rows), encoding="utf-8")


LEAST = 20  # fewer places say nothing about a share
RECALL = Path(__file__).parents[1] / "privsynth" / "pii" / "recall.toml"


def _tally(read: list[Sentence]) -> list[Counter[str]]:
    """For each kind: places there are, places found, hits, right hits. A title before a name is nobody's span."""
    wanted, found, hits, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for sentence in read:
        seen = [hit for hit in scan_text(sentence.text, nlp="none") if hit.entity != "TITLE"]
        for start, end, label in sentence.spans:
            wanted[label] += 1
            found[label] += any(
                _same(hit.entity, label) and _overlap(hit.start, hit.end, start, end) >= 0.5 for hit in seen
            )
        for hit in seen:
            hits[hit.entity] += 1
            right[hit.entity] += any(
                _same(hit.entity, label) and _overlap(hit.start, hit.end, start, end) >= 0.5
                for start, end, label in sentence.spans
            )
    return [wanted, found, hits, right]


def _precision(tally: list[Counter[str]]) -> str:
    hits, right = sum(tally[2].values()), sum(tally[3].values())
    return f"{right}/{hits} = {right / hits:.3f}"


def people(rows: int = 1500) -> None:
    """Columns of an invented table of people of many countries, with their names and without."""
    invented = people_table(rows, SEED)
    with TemporaryDirectory() as folder, without(HIDDEN):
        path = Path(folder) / "people.csv"
        invented.frame.to_csv(path, index=False)
        table = read_files([path], Policy()).tables[0]
        for header in ("true", "c1..cN"):
            typed = {
                c.name: type_column(c.name if header == "true" else f"c{at}", table.text(c.name), c.kind)
                for at, c in enumerate(table.columns)
            }
            wanted = [name for name in (*PEOPLE, "WesternUnionMTCN", "MoneyGramMTCN") if name in typed]
            missed = [name for name in wanted if typed[name].role is Role.PLAIN]
            clean = (
                "Color",
                "CCType",
                "Pounds",
                "Kilograms",
                "FeetInches",
                "Centimeters",
                "BloodType",
                "Vehicle",
                "Latitude",
                "Longitude",
            )
            direct = [name for name in clean if typed[name].role is Role.DIRECT and typed[name].confidence >= 0.6]
            print(
                f"people, headers {header}: noticed {_share(len(wanted) - len(missed), len(wanted))}; missed:"
                f" {', '.join(missed) or 'none'}; "
                f"called direct without cause: {', '.join(direct) or 'none'}"
            )


def checks() -> None:
    """Published valid numbers of python-stdnum's own documentation, and all their single-digit errors, by kind."""
    accepted, published, refused, errors, blind = 0, 0, 0, 0, list[str]()
    for entity in entities().values():
        numbers = _published(entity.check) if entity.check and not entity.check.startswith("ours.") else []
        published += len(numbers)
        accepted += sum(map(entity.passes, numbers))
        wrong = [
            n[:at] + d + n[at + 1 :]
            for n in numbers
            for at, c in enumerate(n)
            if c.isdigit()
            for d in "0123456789"
            if d != c
        ]
        caught = sum(not entity.passes(text) for text in wrong)
        if wrong and caught < 0.99 * len(wrong):
            blind.append(f"{entity.name} {caught / len(wrong):.2f}")
        else:
            refused, errors = refused + caught, errors + len(wrong)
    print(f"checks: {accepted}/{published} published numbers accepted")
    print(
        f"checks: {refused}/{errors} = {refused / max(1, errors):.4f} single-digit errors refused, by the kinds"
        " whose method can see them all"
    )
    print(f"checks: methods that by design miss some (no check digit, or one that two sums share): {', '.join(blind)}")


def _published(check: str) -> list[str]:
    """What the documentation of the module validates without complaint."""
    module = import_module(f"stdnum.{check}")
    shown = re.findall(r">>> validate\('([^']+)'\)[^\n]*\n(?!Traceback)", module.__doc__ or "")
    return [number for number in shown if module.is_valid(number)]


def speed(rows: int) -> None:
    """A table of 20 columns, and the same cells given to presidio one by one."""
    table = _wide(np.random.default_rng(3), rows)
    scan_table(table.take(np.arange(200)))
    started = time.process_time()
    scan_table(table)
    ours = time.process_time() - started
    print(f"speed: {rows:,} x {len(table.columns)} scanned in {ours:.1f} s of one processor")
    cells = [text for column in table.columns for text in table.text(column.name)[:25] if text is not None]
    each, theirs = ours / (rows * len(table.columns)), _presidio(cells) / len(cells)
    print(
        f"speed: {each * 1e6:.1f} us a cell; presidio cell by cell {theirs * 1e6:.0f} us a cell:"
        f" {theirs / each:.0f} times slower"
    )


def _presidio(cells: list[str]) -> float:
    """All recognisers that presidio turns on by itself, without a model."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from privsynth.pii.analyzer import _stay_offline, _tokenizer

    _stay_offline()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=_tokenizer(), supported_languages=["en"])
    engine.analyze(text=cells[0], language="en")
    started = time.process_time()
    for cell in cells:
        engine.analyze(text=cell, language="en")
    return time.process_time() - started


def _wide(rng: np.random.Generator, rows: int) -> Table:
    """Twenty columns, most of them different in each row: people, numbers, codes, sentences."""
    at = np.arange(rows)
    first = np.array(["Anna", "Boris", "Carla", "David", "Emma", "Felix", "Greta", "Hugo"])[rng.integers(0, 8, rows)]
    last = np.array(["Larsen", "Moreno", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Schmidt"])[
        rng.integers(0, 8, rows)
    ]
    text: dict[str, list[str]] = {
        "customer_id": [f"C{n:08d}" for n in at],
        "first_name": first.tolist(),
        "last_name": last.tolist(),
        "email": [f"{f}.{s}{n}@example.com".lower() for f, s, n in zip(first, last, at, strict=True)],
        "phone": [f"(202) 555-{n:04d}" for n in rng.integers(0, 10**4, rows)],
        "street": [f"{n} Mill Lane" for n in rng.integers(1, 9999, rows)],
        "city": rng.choice(["Sheffield", "Lyon", "Porto", "Graz"], rows).tolist(),
        "zip": [f"{n:05d}" for n in rng.integers(501, 99950, rows)],
        "card": [f"4{n:015d}" for n in rng.integers(0, 10**15, rows)],
        "ip": [f"192.0.2.{n}" for n in rng.integers(0, 255, rows)],
        "iban": [f"GB00TEST{n:014d}" for n in rng.integers(0, 10**14, rows)],
        "note": [
            f"Customer {f} called about order {n} and asked for a refund of the second item"
            for f, n in zip(first, at, strict=True)
        ],
        "code": [f"X-{n}-{n % 7}" for n in at],
        "status": rng.choice(["open", "closed"], rows).tolist(),
        "device": [
            f"{a:08x}-{b:04x}" for a, b in zip(rng.integers(0, 2**32, rows), rng.integers(0, 2**16, rows), strict=True)
        ],
    }
    numbers = {f"n{i}": rng.lognormal(3, 1, rows).round(2) for i in range(5)}
    described = [Column(name, Kind.TEXT) for name in text] + [Column(name, Kind.NUMBER) for name in numbers]
    frame = pd.DataFrame({**{name: pd.Series(values, dtype=object) for name, values in text.items()}, **numbers})
    return Dataset((Table("wide", tuple(described), frame),)).tables[0]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--material", type=Path, default=MATERIAL)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--only", choices=("columns", "clean", "texts", "corpus", "people", "checks", "speed"))
    asked.add_argument("--write", action="store_true", help="store the recall of the corpus where the reports read it")
    asked_for = asked.parse_args()
    parts = {
        "columns": lambda: columns(asked_for.material),
        "clean": lambda: clean(asked_for.material),
        "texts": lambda: texts(asked_for.material),
        "corpus": lambda: corpus(write=asked_for.write),
        "people": people,
        "checks": checks,
        "speed": lambda: speed(asked_for.rows),
    }
    for name, part in parts.items():
        if asked_for.only in (None, name):
            part()


if __name__ == "__main__":
    main()
