"""The only door to presidio and spaCy: a second reader for what a keyword announces and our own expressions leave open.

Presidio is given its engine, its list of recognisers and its way with context words, so that nothing is looked for on
disk or on the network. Without a language model it knows no person, place or firm; one is used only if it is installed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from privsynth.errors import PolicyError
from privsynth.pii.entities import entities
from privsynth.pii.forms import LIKELY, Hit

REGEX_SECONDS = 2  # an expression that takes longer stops the scan: a skipped expression is a blind spot
AUTO, NONE = "auto", "none"  # a model that is installed, or no model; anything else is the name of one
NO_MODEL = "no language model"
LEAST_SCORE = 0.4  # what presidio gives a form without a check whose context word stands beside it


class ScanInterruptedError(Exception):
    """An expression ran out of time, so part of a text was not read."""


@dataclass(frozen=True)
class Mode:
    """How texts are read: with a tokenizer only, or with a model that the user has installed."""

    name: str
    version: str = ""


class _Alarm(logging.Handler):
    """Presidio only logs a warning when an expression times out, and goes on without it. Here it is an error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.rang = False

    def emit(self, record: logging.LogRecord) -> None:
        self.rang = self.rang or "timed out" in record.getMessage().lower() or "timeout" in record.getMessage().lower()


def second_reading(text: str, wanted: Sequence[str]) -> list[Hit]:
    """What presidio finds of these kinds (our names), where a context word stands beside it."""
    names = {entities()[name].presidio_entity: name for name in wanted}
    reader, alarm = _reader()
    results = reader.analyze(text=text, language="en", entities=list(names), score_threshold=LEAST_SCORE)
    if alarm.rang:
        alarm.rang = False
        raise ScanInterruptedError("an expression ran out of time")
    return [Hit(hit.start, hit.end, names[hit.entity_type], LIKELY) for hit in results]


def wired() -> dict[str, str]:
    """The kinds that presidio is asked about, by our name and by its own."""
    return {name: entity.presidio_entity for name, entity in entities().items() if entity.presidio}


def supported() -> set[str]:
    """What the reader says that it can find: exactly what is wired, or something else was let in."""
    return set(_reader()[0].get_supported_entities())


def mode(nlp: str = AUTO) -> Mode:
    """The language model that is used for texts, if any: its own name and version, never where it lies."""
    name = model_for(nlp)
    if name is None:
        return Mode(NO_MODEL)
    model = _model(name).meta
    return Mode(f"{model.get('lang', '')}_{model.get('name', '')}".strip("_"), str(model.get("version", "")))


def model_for(nlp: str) -> str | None:
    """The model that a policy asks for. A missing one is an error: nothing is downloaded, nothing silently left out."""
    if nlp == NONE:
        return None
    if nlp == AUTO:
        return installed_model()
    if Path(nlp).is_dir() or (nlp.isidentifier() and find_spec(nlp) is not None):
        _model(nlp)
        return nlp
    raise PolicyError(
        "the language model that nlp names is not installed here.",
        hint="install it with its own tools, or set nlp to auto or none",
    )


@cache
def installed_model() -> str | None:
    """The first English spaCy model with a name recogniser that is installed as a package. Nothing is downloaded."""
    models = sorted(point.name for point in entry_points(group="spacy_models"))
    return next((name for name in models if name.startswith("en_core_web")), None)


def people_and_places(text: str, nlp: str = AUTO) -> list[Hit]:
    """Names, places and firms by the model; nothing where there is none."""
    model = model_for(nlp)
    if model is None:
        return []
    return [
        Hit(span.start_char, span.end_char, _LABELS[span.label_], LIKELY)
        for span in _model(model)(text).ents
        if span.label_ in _LABELS
    ]


_LABELS = {
    "PERSON": "PERSON",
    "GPE": "CITY",
    "ORG": "ORGANIZATION",
    "LOC": "CITY",
    "FAC": "STREET_ADDRESS",
    "NORP": "NATIONALITY",
    "PER": "PERSON",
}


@cache
def _model(name: str) -> Any:
    import spacy

    try:
        return spacy.load(name)
    except (OSError, ValueError, KeyError):
        raise PolicyError(
            "what nlp names is no spaCy model that can be loaded.", hint="set nlp to auto or none"
        ) from None


@cache
def _reader() -> tuple[Any, _Alarm]:
    """Built once. The time limit must stand in the environment before presidio is imported: it reads it there."""
    os.environ.setdefault("REGEX_TIMEOUT_SECONDS", str(REGEX_SECONDS))
    _stay_offline()
    with _without("torch"):
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    alarm = _Alarm()
    log = logging.getLogger("presidio-analyzer")
    log.addHandler(alarm)
    log.setLevel(max(log.level, logging.WARNING))
    log.propagate = False  # its records may quote texts
    registry = RecognizerRegistry(recognizers=_recognizers(), supported_languages=["en"])
    enhancer = LemmaContextAwareEnhancer(context_matching_mode="whole_word")
    reader = AnalyzerEngine(
        registry=registry,
        nlp_engine=_tokenizer(),
        supported_languages=["en"],
        log_decision_process=False,
        context_aware_enhancer=enhancer,
    )
    return reader, alarm


@contextmanager
def _without(library: str) -> Iterator[None]:
    """Presidio and spaCy load torch where it is installed: 200 MB that a reader of expressions has no use for."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]  # to Python: it is not installed
    try:
        yield
    finally:
        del sys.modules[library]


def _stay_offline() -> None:
    """Presidio's recognisers ask tldextract for domains, which would fetch a list: ours has no address for it."""
    import tldextract

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _recognizers() -> list[Any]:
    """One for each wired kind, for English whatever its country: the registry of presidio's own file is not used."""
    module = import_module("presidio_analyzer.predefined_recognizers")
    return [
        getattr(module, entity.presidio)(supported_language="en") for entity in entities().values() if entity.presidio
    ]


def _tokenizer() -> Any:
    """Words without a model, so that context words work; lemmas are the words in small letters."""
    import spacy
    from presidio_analyzer.nlp_engine import NlpArtifacts, SlimSpacyNlpEngine

    class BlankEngine(SlimSpacyNlpEngine):  # type: ignore[misc]
        engine_name = "blank"

        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}], auto_download=False)

        def load(self) -> None:
            self.nlp = {"en": spacy.blank("en")}

        def _doc_to_nlp_artifact(self, doc: Any, language: str) -> Any:
            lemmas = [token.lower_ for token in doc]
            return NlpArtifacts(
                entities=[],
                tokens=doc,
                tokens_indices=[token.idx for token in doc],
                lemmas=lemmas,
                nlp_engine=self,
                language=language,
                scores=[],
            )

    engine = BlankEngine()
    engine.load()
    return engine
