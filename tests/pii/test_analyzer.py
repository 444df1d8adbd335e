"""Presidio as it is wired: explicit list, whole words, no network, no silence about time-outs."""

from __future__ import annotations

import logging
import os

import pytest

from privsynth.pii import analyzer


def test_finds_exactly_what_is_wired() -> None:
    assert analyzer.supported() == set(analyzer.wired().values())
    assert len(analyzer.wired()) > 40
    assert not analyzer.supported() & {"PERSON", "LOCATION", "NRP", "ORGANIZATION"}


def test_a_context_word_in_the_text_is_needed() -> None:
    assert analyzer.second_reading("My driver license number is D0000000 in this state.", ["DRIVER_LICENSE"])
    assert analyzer.second_reading("The code D0000000 was used.", ["DRIVER_LICENSE"]) == []


def test_context_is_whole_words() -> None:
    assert analyzer.second_reading("The policy AC333991 was signed.", ["DRIVER_LICENSE"]) == []


def test_the_time_limit_is_set_before_presidio_reads_it() -> None:
    analyzer.supported()
    import presidio_analyzer.pattern_recognizer as module

    assert int(os.environ["REGEX_TIMEOUT_SECONDS"]) <= analyzer.REGEX_SECONDS
    assert module.REGEX_TIMEOUT_SECONDS <= analyzer.REGEX_SECONDS


def test_a_skipped_expression_stops_the_scan() -> None:
    analyzer.supported()
    logging.getLogger("presidio-analyzer").warning("Regex pattern timed out after 2 seconds")
    with pytest.raises(analyzer.ScanInterruptedError):
        analyzer.second_reading("My driver license number is D0000000.", ["DRIVER_LICENSE"])
    assert analyzer.second_reading("My driver license number is D0000000.", ["DRIVER_LICENSE"])


def test_nothing_is_fetched_for_domains() -> None:
    analyzer.supported()
    import tldextract

    assert tldextract.extract("example.co.uk").suffix == "co.uk"  # type: ignore[operator]


def test_says_whether_a_language_model_is_there() -> None:
    said = analyzer.mode()
    assert (said.name == "no language model") == (analyzer.installed_model() is None)
    if analyzer.installed_model() is None:
        assert analyzer.people_and_places("Anna lives in Oslo.") == []
