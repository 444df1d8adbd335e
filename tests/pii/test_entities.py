"""The registry: what is claimed can be read, proves itself, and keeps to its own canary."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import privsynth
from privsynth.pii.entities import Entity, entities, invented_as
from privsynth.pii.reserved import is_reserved

ALL = list(entities().values())
CHECKED = [entity for entity in ALL if entity.check and not entity.check.startswith("ours.")]

# Methods without a check digit, or in which two sums share one: they see a wrong digit only now and then.
SEE_LITTLE = {
    *(
        "BIC",
        "ES_CCC",
        "NZ_BANK_ACCOUNT",
        "CZ_BANK_ACCOUNT",
        "US_ITIN",
        "US_ATIN",
        "US_PTIN",
        "US_EIN",
        "BR_CPF",
        "AR_DNI",
        "CO_NIT",
        "MX_CURP",
        "MX_RFC",
        "PE_CUI",
        "UK_UTR",
    ),
    *(
        "DE_TAX_NUMBER",
        "DK_CPR",
        "IS_KENNITALA",
        "EE_IK",
        "LT_ASMENS",
        "CZ_RC",
        "IN_PAN",
        "PK_CNIC",
        "KR_BRN",
        "TH_PIN",
        "MY_NRIC",
        "ID_NIK",
        "VN_TAX",
        "AU_ACN",
        "NZ_IRD",
        "IMEI",
        "IMSI",
    ),
}


def test_claims_more_than_sixty_kinds() -> None:
    assert len(ALL) > 60


@pytest.mark.parametrize("entity", [e for e in ALL if e.has_shape], ids=lambda e: e.name)
def test_the_canary_has_the_shape_the_size_and_passes_the_check(entity: Entity) -> None:
    assert entity.holds(entity.canary)
    assert entity.size[0] <= sum(map(str.isalnum, entity.canary)) <= entity.size[1]


@pytest.mark.parametrize("entity", [e for e in ALL if e.proof], ids=lambda e: e.name)
def test_a_proof_is_a_special_case_of_the_shape(entity: Entity) -> None:
    assert entity.proven is not None
    assert entity.proven.match(entity.canary)
    assert re.search(r"[^\d\\dD]", entity.proof), "marks between the digits make the proof"


@pytest.mark.parametrize("entity", CHECKED, ids=lambda e: e.name)
def test_accepts_every_published_number(entity: Entity) -> None:
    assert all(entity.passes(number) for number in published(entity.check))


@pytest.mark.parametrize("entity", [e for e in CHECKED if e.name not in SEE_LITTLE], ids=lambda e: e.name)
def test_refuses_single_wrong_digits(entity: Entity) -> None:
    wrong = [
        n[:at] + d + n[at + 1 :]
        for n in published(entity.check)
        for at, c in enumerate(n)
        if c.isdigit()
        for d in "0123456789"
        if d != c
    ]
    refused = sum(not entity.passes(text) for text in wrong)
    assert refused >= 0.99 * len(wrong)


def published(check: str) -> list[str]:
    """What the documentation of a module of python-stdnum shows as valid."""
    module = import_module(f"stdnum.{check}")
    shown = re.findall(r">>> validate\('([^']+)'\)[^\n]*\n(?!Traceback)", module.__doc__ or "")
    return [number for number in shown if module.is_valid(number)]


def test_canaries_lie_in_reserved_ranges_where_there_are_any() -> None:
    ranged = [
        e
        for e in ALL
        if e.name
        in ("EMAIL", "PHONE", "FAX", "US_SSN", "UK_NINO", "IPV4", "IPV6", "MAC", "CREDIT_CARD", "URL", "DOMAIN")
    ]
    assert [e.name for e in ranged if not is_reserved(e.name, e.canary)] == []


def test_a_canary_is_never_shown() -> None:
    assert all(entity.canary not in repr(entity) for entity in ALL if len(entity.canary) > 5)


@pytest.mark.parametrize("entity", [e for e in ALL if e.reserved or e.void], ids=lambda e: e.name)
def test_what_is_reserved_can_be_asked(entity: Entity) -> None:
    begins = f"{entity.void[0]:0<{entity.size[1]}}" if entity.void else entity.canary
    assert is_reserved(entity.name, begins) or not entity.void


def test_aliases_lead_to_one_claimed_kind() -> None:
    aliases = [alias for entity in ALL for alias in entity.aliases]
    assert len(aliases) == len(set(aliases))
    assert set(aliases).isdisjoint(entities())
    assert {invented_as(alias.lower()) for alias in aliases} <= set(entities())


def test_no_other_file_lists_kinds() -> None:
    """What dispatches to code may: one file for inventing, two for typing, and the fields of `Anchors`."""
    package = Path(privsynth.__file__).parent
    lists = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if len(kinds_in(node)) > 2
    }
    assert lists == {"describe/name_parts.py", "people/homes.py", "people/makers.py", "pii/values.py"}


def kinds_in(node: ast.AST) -> list[str]:
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [part.value for part in parts if isinstance(part, ast.Constant) and part.value in entities()]
