"""What is wrong with the words of a book, told in our words; the checker's own name types and show values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from privsynth.generate.rules.vocabulary import rulebook as words

Item = Mapping[str, Any]  # what the checker says of one word

_WANTED = {  # what would be right, by what the checker found wrong
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "datetime_type": "a day such as 2024-12-31",
    "list_type": "a list such as [a, b]",
    "dict_type": "names with values, such as {a: 1, b: 2},",
    "model_type": "words with values, such as {low: 1, high: 2},",
    "none_required": "nothing",
}
_BOUNDS = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}
_MOST = 12  # words that are told where none is near


def told_of(path: Sequence[str], items: Sequence[Item]) -> str:
    """One message for a word that may be of several types: what we say of it ourselves, or all that it could be."""
    wanted = list(dict.fromkeys(_WANTED[item["type"]] for item in items if item["type"] in _WANTED))
    others = [_message(item, path) for item in items if item["type"] not in _WANTED]
    if others:
        return others[0]
    if "a number" in wanted:
        wanted = [each for each in wanted if each != "a whole number"]
    *first, last = wanted
    return f"{', '.join(first)}{' or ' if first else ''}{last} is expected here"


def _message(item: Item, path: Sequence[str]) -> str:
    said, context = str(item["type"]), item.get("ctx", {})
    if said == "missing":
        return "this word is missing"
    if said == "extra_forbidden":
        return f"this word is not known here{_near(path[-1:], _vocabulary() - {*path[-1:]})}"
    if said == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return f"this is not known here{_near([str(item['input'])], known) or _all_of(known)}"
    if said in ("too_short", "too_long", "string_too_short", "string_too_long"):
        return _of_length(said, context)
    bound = next((name for name in _BOUNDS if name in context), None)
    if bound is not None:
        return f"a number {_BOUNDS[bound]} {context[bound]:,} is expected here"
    if said == "string_pattern_mismatch":
        return _of_form(path)
    return str(item["msg"]).removeprefix("Value error, ")


def _near(words: Iterable[str], known: Iterable[str]) -> str:
    near = [match for word in words for match in get_close_matches(word, known, n=1)]
    return f"; did you mean '{near[0]}'?" if near else ""


def _all_of(known: Sequence[str]) -> str:
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return f"; known {'is' if len(known) == 1 else 'are'} {', '.join(known[:_MOST])}{more}"


def _of_length(said: str, context: Mapping[str, Any]) -> str:
    many = context.get("min_length", context.get("max_length"))
    how = "at least" if said.endswith("short") else "at most"
    if said.startswith("string"):
        return f"a text of {how} {many:,} character{'' if many == 1 else 's'} is expected here"
    items = "item is" if many == 1 else "items are"
    return f"{how} {many:,} {items} expected here, not {context['actual_length'] or 'none'}"


def _of_form(path: Sequence[str]) -> str:
    if path and path[-1] == "locale":
        return "a locale is written as de_DE: language and country"
    return "a name begins with a letter, a digit or _, and holds no others but spaces, points and hyphens, 64 at most"


def _vocabulary() -> set[str]:
    models = [model for model in vars(words).values() if isinstance(model, type) and issubclass(model, BaseModel)]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}
