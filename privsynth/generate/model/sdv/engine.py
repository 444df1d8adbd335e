"""sdv's synthesizers as engines, seeded by us and kept from writing anywhere.

sdv sees neutral column names, levels as numbered codes, and numbers on a scale from 0 to 1 whose extremes are folded
inwards; so neither its metadata nor its messages can hold a value. It has no seed argument and, left alone, draws its
first rows from a constant seed. Nothing that it makes carries a formal promise of privacy.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.engines import ENGINES
from privsynth.errors import BackendError, MissingExtra, PolicyError, PrivsynthError
from privsynth.generate.model.choose.memory import memory_left
from privsynth.generate.model.coding.codings import learn_coding
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.sdv.contained import contained, warnings_heard
from privsynth.generate.model.sdv.cost import MODELS, MODES, MOST_LEVELS, bytes_for
from privsynth.generate.model.sdv.overfit import Nearness, hold_back, nearness
from privsynth.generate.model.sdv.shown import CODE, Shown, show
from privsynth.options import DEVICE, EPOCHS
from privsynth.recipe import TableRecipe
from privsynth.stages import Watch, unwatched
from privsynth.typing import Array

Result = TypeVar("Result")

TABLE = "t"
LOGGERS = ("SingleTableSynthesizer", "MultiTableSynthesizer", "Metadata", "SingleTableMetadata", "MultiTableMetadata")
DRAWN = 2**24  # cells of the networks' output held at one time


class Sdv:
    """One of sdv's synthesizers over one table."""

    def __init__(
        self,
        name: str = "copula",
        *,
        k: int,
        epochs: int | None = None,
        device: str | None = None,
        watch: Watch = unwatched,
    ) -> None:
        _require(name)
        self.name, self.k, self.watch, self.trains = name, k, watch, MODELS[name].trains
        if not self.trains and (epochs, device) != (None, None):
            raise PolicyError(
                f"the engine {name} has no epochs and no device.",
                hint="leave them out, or use the engine ctgan, tvae or copulagan",
            )
        self.epochs: int | None = (epochs or EPOCHS) if self.trains else None
        self.device: str | None = (device or DEVICE) if self.trains else None
        if self.device == "cuda":
            _require_cuda()

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        if given:
            raise BackendError(
                f"table '{table.name}' hangs below another, and the engine {self.name} makes single tables only.",
                hint="use the engine trees, which draws children with their parent as context",
            )
        self.heard_, self.heard_last_ = Counter[str](), Counter[str]()
        self.shown_ = {c.name: self._show(table, c.name, units, rng) for c in table.columns}
        self.nearness_, self.ran_on_ = None, self.device
        frame = self._frame(len(table))
        self.width_ = sum(levels or MODES for shown in self.shown_.values() for levels in shown.width.values())
        self._check_memory(table)
        held = hold_back(len(table), units, rng) if self.trains and not frame.empty else None
        fitted_rows = frame if held is None else frame[~held].reset_index(drop=True)
        self.synthesizer_ = None if frame.empty else self._run(rng, self.heard_, lambda: self._fitted(fitted_rows))
        self.shown_ = {name: replace(shown, parts={}) for name, shown in self.shown_.items()}
        if held is not None:
            self.nearness_ = self._nearness(table, held, rng)
        return self

    def sample(
        self,
        rows: int,
        rng: np.random.Generator,
        given: pd.DataFrame | None = None,  # noqa: ARG002  fit refuses given columns
    ) -> pd.DataFrame:
        self.heard_last_ = Counter()
        drawn = (
            self._run(rng, self.heard_last_, lambda: self._drawn(rows, rng))
            if self.synthesizer_ is not None and rows
            else {}
        )
        return frame_of(
            {name: shown.restore(drawn.get(name, {}), rows, rng) for name, shown in self.shown_.items()}, rows
        )

    @property
    def notes(self) -> list[str]:
        cut = {name: shown.bucket for name, shown in self.shown_.items() if shown.bucket is not None}
        return [
            *(_told_of_bucket(self.name, name, len(bucket.own), len(bucket.tail)) for name, bucket in cut.items()),
            *([self.nearness_.note(self.name)] if self.nearness_ is not None else []),
            *(
                []
                if self.ran_on_ in (None, "cpu")
                else [f"{self.name} trained on a graphics card: another run with the same seed may give other rows."]
            ),
            *warnings_heard("sdv", self.heard_ + self.heard_last_),
        ]

    @property
    def recipe(self) -> TableRecipe:
        packages = ("sdv", "copulas", "rdt") + (("ctgan", "torch") if self.trains else ())
        repeats = (
            "same rows for the same seed and versions"
            if self.ran_on_ in (None, "cpu")
            else "not promised on a graphics card"
        )
        return TableRecipe(
            engine=self.name,
            licence=ENGINES[self.name].licence,
            versions={name: version(name) for name in packages},
            parameters=self._parameters,
            details={"repeats": repeats, **_nearness_recipe(self.nearness_)},
        )

    @property
    def _parameters(self) -> dict[str, object]:
        if not self.trains:
            return {"k": self.k, "distribution": "beta"}
        return {
            "k": self.k,
            "epochs": self.epochs,
            "device": self.ran_on_,
            "width": self.width_,
            "most_levels": MOST_LEVELS,
        }

    def _show(self, table: Table, name: str, units: Array | None, rng: np.random.Generator) -> Shown:
        coding = learn_coding(table[name], table.values(name), self.k, units)
        return show(coding, table.values(name), rng, most=MOST_LEVELS if self.trains else None)

    def _frame(self, rows: int) -> pd.DataFrame:
        """All parts under neutral names; codes as words, which sdv takes for categories."""
        self.parts_ = {
            f"c{at}": pair
            for at, pair in enumerate((name, part) for name, shown in self.shown_.items() for part in shown.parts)
        }
        values = {short: (part, self.shown_[name].parts[part]) for short, (name, part) in self.parts_.items()}
        columns = {short: _worded(codes) if part == CODE else codes for short, (part, codes) in values.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(rows))

    def _check_memory(self, table: Table) -> None:
        needed, left = bytes_for(self.name, len(table), self.width_, columns=len(table.columns)), memory_left()
        if left is not None and needed > left:
            raise BackendError(
                f"the engine {self.name} would take about {needed / 2**30:.1f} GiB for the {len(table)} rows "
                f"of table '{table.name}', whose columns spread out to {self.width_} inputs; "
                f"{left / 2**30:.1f} GiB are free.",
                hint="use the engine trees, fewer rows, or a machine with more memory",
            )

    def _nearness(self, table: Table, held: Array, rng: np.random.Generator) -> Nearness:
        synthetic = self.sample(int(held.sum()), rng)
        return nearness(table, held, replace(table, frame=synthetic, origin=None), rng)

    def _fitted(self, frame: pd.DataFrame) -> Any:
        """A fitted synthesizer over metadata made from our own schema, never by detection."""
        synthesizers, metadata = _import()
        described = metadata.load_from_dict(
            {
                "tables": {TABLE: {"columns": {name: self._described(frame[name]) for name in frame}}},
                "relationships": [],
                "METADATA_SPEC_VERSION": "V2",
            }
        )
        options = {"epochs": self.epochs, "enable_gpu": self.device != "cpu"} if self.trains else {}
        synthesizer = getattr(synthesizers, MODELS[self.name].synthesizer)(described, enforce_rounding=False, **options)
        if not self.trains:
            synthesizer.fit({TABLE: frame})
            return synthesizer
        synthesizer._print_warning = lambda _: None  # it prints how wide the columns are; we say that in a note
        with _watched(self.watch):
            synthesizer.fit({TABLE: frame})
        self.ran_on_ = str(synthesizer._model._device)
        return synthesizer

    def _described(self, values: pd.Series[Any]) -> dict[str, object]:
        name, part = self.parts_[str(values.name)]
        if part != CODE:
            return {"sdtype": "numerical"}
        if not self.shown_[name].ordered:
            return {"sdtype": "categorical"}
        return {"sdtype": "ordinal", "range_values": [f"l{code}" for code in np.unique(_codes(values))]}

    def _drawn(self, rows: int, rng: np.random.Generator) -> dict[str, dict[str, Array]]:
        """The first draw after a fit would use a constant seed; only a private call (tested) sets the state."""
        synthesizer: Any = self.synthesizer_
        synthesizer.reset_sampling()
        synthesizer._set_random_state(int(rng.integers(0, 2**31)))
        step = max(1000, DRAWN // max(1, self.width_))
        frames = [synthesizer.sample(num_rows=min(step, rows - start))[TABLE] for start in range(0, rows, step)]
        drawn = pd.concat(frames, ignore_index=True)
        parts: dict[str, dict[str, Array]] = {name: {} for name in self.shown_}
        for short, (name, part) in self.parts_.items():
            parts[name][part] = (
                _codes(drawn[short]) if part == CODE else pd.to_numeric(drawn[short]).to_numpy(dtype=np.float64)
            )
        return parts

    def _run(self, rng: np.random.Generator, heard: Counter[str], work: Callable[[], Result]) -> Result:
        try:
            torch = _torch(needed=self.trains)
            with contained(int(rng.integers(0, 2**31)), torch, heard), _silent():
                return work()
        except ImportError:
            raise MissingExtra(f"the engine {self.name} (sdv is there but cannot start)", "sdv") from None
        except PrivsynthError:
            raise
        except MemoryError:
            raise BackendError(
                f"the engine {self.name} ran out of memory.", hint="use the engine trees, or fewer rows"
            ) from None
        except Exception as error:  # noqa: BLE001  sdv raises anything, and its messages may quote cells
            raise BackendError(
                f"the engine {self.name} of sdv could not do it ({type(error).__name__}).",
                hint="use the engine trees for this table",
            ) from None


def _require(name: str) -> None:
    try:
        major = int(version("sdv").split(".")[0])
    except PackageNotFoundError:
        raise MissingExtra(f"the engine {name}", "sdv") from None
    if major != 2:
        raise MissingExtra(f"the engine {name} (sdv 2, and another version is there)", "sdv")


def _require_cuda() -> None:
    try:
        available = _torch(needed=True).cuda.is_available()
    except ImportError:
        raise MissingExtra("training on a graphics card", "sdv") from None
    if not available:
        raise PolicyError(
            "device is cuda, and torch finds no graphics card that it can use.", hint="use the device cpu, or auto"
        )


def _torch(*, needed: bool) -> Any:
    """sdv's copula works where torch is not there."""
    try:
        import torch
    except ImportError:
        if needed:
            raise
        return None
    return torch


def _worded(codes: Array) -> Array:
    return np.array([f"l{code}" for code in range(int(codes.max()) + 1)], dtype=object)[codes]


def _codes(words: pd.Series[Any]) -> Array:
    return words.astype(str).str[1:].astype(np.int64).to_numpy()


def _told_of_bucket(engine: str, column: str, own: int, tail: int) -> str:
    return (
        f"column '{column}' has more levels than {engine} can take in: the {own} most frequent ones were learnt, "
        f"the other {tail} come as often as in the source and follow no other column."
    )


def _nearness_recipe(measured: Nearness | None) -> dict[str, object]:
    return {} if measured is None else {"nearer_to_fitted": round(measured.share, 3), "nearer_of_rows": measured.rows}


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
def _watched(watch: Watch) -> Iterator[None]:
    """ctgan has no hook for its progress, so its progress bar is ours meanwhile. It may not start processes either."""
    from ctgan import data_transformer
    from ctgan.synthesizers import ctgan, tvae

    def counted(rounds: Sequence[int], **_: object) -> Iterable[int]:
        for done, this in enumerate(rounds):
            watch(done, len(rounds))
            yield this
        watch(len(rounds), len(rounds))

    work = data_transformer.DataTransformer
    kept = ctgan.tqdm, tvae.tqdm, work._parallel_transform
    ctgan.tqdm = tvae.tqdm = counted
    work._parallel_transform = work._synchronous_transform
    try:
        yield
    finally:
        ctgan.tqdm, tvae.tqdm, work._parallel_transform = kept


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
