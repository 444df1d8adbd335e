"""The only door of sdv (Business Source Licence 1.1): its Gaussian copula, seeded by us and kept from writing anywhere.

sdv sees neutral column names, levels as numbered codes, and numbers whose extremes are folded inwards; so neither its metadata
nor its messages can hold a value. It has no seed argument and, left alone, draws its first rows from a constant seed.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.errors import BackendError, MissingExtra
from privsynth.generate.model.coding import HIDDEN, REST, Classes, Coding, learn_coding
from privsynth.generate.model.engine import frame_of

Array = np.ndarray[Any, Any]
Made = TypeVar("Made")

TABLE = "t"
LOGGERS = ("SingleTableSynthesizer", "MultiTableSynthesizer", "Metadata", "SingleTableMetadata", "MultiTableMetadata")


class Copula:
    """sdv's GaussianCopulaSynthesizer over one table."""

    def __init__(self, *, k: int) -> None:
        _require()
        self.k = k

    def fit(self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None) -> Self:
        if given:
            raise BackendError(
                f"table '{table.name}' hangs below another, and the engine copula makes single tables only.",
                hint="use the engine trees, which draws children with their parent as context",
            )
        self.codings_ = {c.name: learn_coding(c, table.values(c.name), self.k, units) for c in table.columns}
        coded = {name: _protect(coding, table.values(name), rng) for name, coding in self.codings_.items()}
        self.fixed_ = {name for name, values in coded.items() if values is None}
        self.names_ = {name: f"c{at}" for at, name in enumerate(n for n in coded if n not in self.fixed_)}
        frame = pd.DataFrame({short: coded[name] for name, short in self.names_.items()}, index=pd.RangeIndex(len(table)))
        self.notes_: Counter[str] = Counter()
        self.synthesizer_ = None if frame.empty else self._run(rng, lambda: _fitted(frame))
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:  # noqa: ARG002  fit refuses given columns
        drawn = self._run(rng, lambda: _drawn(self.synthesizer_, rows, rng)) if self.synthesizer_ is not None and rows else None
        return frame_of({name: self._restore(name, drawn, rows) for name in self.codings_}, rows)

    @property
    def notes(self) -> list[str]:
        told = [f"{count} x {name}" for name, count in sorted(self.notes_.items())]
        return [f"sdv warned while it worked: {', '.join(told)}."] if told else []

    @property
    def recipe(self) -> Mapping[str, object]:
        versions = {name: version(name) for name in ("sdv", "copulas", "rdt")}
        return {"engine": "copula", "parameters": {"k": self.k, "distribution": "beta"}, "versions": versions, "licence": "BUSL-1.1"}

    def _run(self, rng: np.random.Generator, work: Callable[[], Made]) -> Made:
        with _seeded(int(rng.integers(0, 2**31))), _silent(), warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                return work()
            except ImportError:
                raise MissingExtra("the engine copula (sdv is there but cannot start)", "sdv") from None
            except Exception as error:  # noqa: BLE001  sdv raises anything, and its messages may quote cells
                raise BackendError(f"sdv could not do it ({type(error).__name__}).", hint="use the engine trees for this table") from None
            finally:
                self.notes_.update(type_.__name__ for type_ in (warning.category for warning in heard))

    def _restore(self, name: str, drawn: pd.DataFrame | None, rows: int) -> Array:
        coding = self.codings_[name]
        if name in self.fixed_ or drawn is None:
            return _constant(coding, rows)
        values = drawn[self.names_[name]]
        if isinstance(coding, Classes):
            return coding.decode(values.astype(str).str[1:].astype(np.int64).to_numpy())
        return coding.axis.write(coding.axis.rounded(pd.to_numeric(values).to_numpy(dtype=np.float64)))


def _require() -> None:
    try:
        major = int(version("sdv").split(".")[0])
    except PackageNotFoundError:
        raise MissingExtra("the engine copula", "sdv") from None
    if major != 2:
        raise MissingExtra("the engine copula (sdv 2)", "sdv")


def _protect(coding: Coding, values: Array, rng: np.random.Generator) -> Array | None:
    """What sdv may see of a column; None: nothing to learn, it is made constant."""
    if isinstance(coding, Classes):
        return _protect_codes(coding, values, rng)
    numbers = coding.axis.rounded(coding.axis.read(values))
    atom = coding.atom_of(numbers)
    shown = np.full(len(numbers), np.nan)
    shown[atom >= 0] = coding.atoms[atom[atom >= 0]]
    rest = atom == REST
    shown[rest] = coding.value_at(coding.place_of(numbers[rest]))
    known = shown[~np.isnan(shown)]
    shown[atom == HIDDEN] = rng.choice(shown[atom != HIDDEN], int((atom == HIDDEN).sum())) if (atom != HIDDEN).any() else np.nan
    return shown if len(np.unique(known)) > 1 else None


def _protect_codes(coding: Classes, values: Array, rng: np.random.Generator) -> Array | None:
    codes = coding.encode(values)
    if len(coding.levels) < 2:
        return None
    rare = codes < 0
    codes[rare] = rng.choice(codes[~rare], int(rare.sum()))
    return np.array([f"l{code}" for code in range(len(coding.levels))], dtype=object)[codes]


def _constant(coding: Coding, rows: int) -> Array:
    """The only value that may come out, or missing."""
    if isinstance(coding, Classes):
        return coding.decode(np.full(rows, 0 if len(coding.levels) else HIDDEN))
    known = np.r_[coding.atoms[~np.isnan(coding.atoms)], [] if coding.lattice is None else coding.lattice, coding.knots]
    return coding.axis.write(np.full(rows, known[0] if len(known) else np.nan))


def _fitted(frame: pd.DataFrame) -> Any:
    """A fitted synthesizer over metadata made from our own schema, never by detection."""
    synthesizers, metadata = _import()
    columns = {name: {"sdtype": "numerical" if frame[name].dtype.kind == "f" else "categorical"} for name in frame}
    described = metadata.load_from_dict({"tables": {TABLE: {"columns": columns}}, "relationships": [], "METADATA_SPEC_VERSION": "V2"})
    synthesizer = synthesizers.GaussianCopulaSynthesizer(described)
    synthesizer.fit({TABLE: frame})
    return synthesizer


def _drawn(synthesizer: Any, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """The first draw after a fit would use a constant seed, unless the state is set and marked as set: a private call, tested."""
    synthesizer.reset_sampling()
    synthesizer._set_random_state(int(rng.integers(0, 2**31)))
    drawn: pd.DataFrame = synthesizer.sample(num_rows=rows)[TABLE]
    return drawn.reset_index(drop=True)


def _import() -> tuple[Any, Any]:
    """sdv configures its log file when it is imported: in a folder that cannot be made it does without one."""
    if "sdv" not in sys.modules:
        import platformdirs

        kept = platformdirs.user_data_dir
        platformdirs.user_data_dir = lambda *_, **__: f"{os.devnull}/sdv"
        try:
            import sdv  # noqa: F401
        finally:
            platformdirs.user_data_dir = kept
    from sdv import single_table
    from sdv.metadata import Metadata

    return single_table, Metadata


@contextmanager
def _silent() -> Iterator[None]:
    """No log line and no progress bar of sdv's gets out."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The process-wide generators that sdv reads, set for the while and put back: the only place where we touch them."""
    numbers, words = np.random.get_state(), random.getstate()  # noqa: NPY002
    torch = sys.modules.get("torch")
    tensors = torch.get_rng_state() if torch is not None else None
    np.random.set_state(np.random.RandomState(seed).get_state())  # noqa: NPY002
    random.setstate(random.Random(seed).getstate())  # noqa: S311  not for secrets
    if torch is not None:
        torch.set_rng_state(torch.Generator().manual_seed(seed).get_state())
    try:
        yield
    finally:
        np.random.set_state(numbers)  # noqa: NPY002
        random.setstate(words)
        if torch is not None:
            torch.set_rng_state(tensors)
