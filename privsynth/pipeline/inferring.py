"""A rulebook is inferred from tables, by people of whom some are held out first; and these are held out again later."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.dataset import Dataset
from privsynth.describe.dealing import deal, digest_of
from privsynth.describe.split import holdout_share
from privsynth.describe.statistics import SMALLEST_CELL
from privsynth.errors import PolicyError, visible
from privsynth.left_out import without_left_out
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.seeds import Seeds
from privsynth.ways.backends import least_people
from privsynth.ways.book import too_few_held

if TYPE_CHECKING:
    from privsynth.generate.rules.vocabulary.rulebook import Inferred

Data = Any  # as the acts read it


@dataclass(frozen=True)
class Proposed:
    """The text of a rulebook, what there is to say of how the rows were read, and whether it can be judged by them."""

    text: str
    notes: tuple[str, ...]
    doubt: str = ""  # why the profile can judge nothing that it makes beside these rows
    model_fits: bool = False  # whether there are people enough to judge a model by


def infer_from(data: Data, policy: Policy, out: Path) -> Proposed:
    """The rulebook of whatever holds the rows."""
    from privsynth.pipeline.judging import inspect
    from privsynth.read.proposal import accepted

    policy = accepted(data, policy)
    described = inspect(data, policy)
    text = inferred_book(described, policy, name=out.stem[:100], file=out.name)
    fits = described.root.number_of_people >= least_people(policy)
    return Proposed(text, described.notes, _doubt(described, policy), fits)


def _doubt(data: Dataset, policy: Policy) -> str:
    people = data.root.number_of_people
    held = round(holdout_share(data, policy.with_(backend=RulesOptions())) * people)
    return "" if held >= policy.limits.control_min else too_few_held(policy, people, held)


def inferred_book(data: Dataset, policy: Policy, *, name: str, file: str) -> str:
    """The text of the rulebook of a described dataset."""
    from privsynth.describe import facts_of
    from privsynth.generate.rules.infer import infer_book, rows_about
    from privsynth.generate.rules.vocabulary.rulebook import Inferred

    if data.is_empty or not len(data.root):
        raise PolicyError("there are no rows to infer a rulebook from.", hint="name one or more data files")
    policy = policy.with_(backend=RulesOptions())
    seed, share = Seeds(policy.seed).seed, _told_share(data, policy)
    train = without_left_out(deal(data, share, seed)[0])
    mark = Inferred(
        rows=rows_about(train),
        k=max(SMALLEST_CELL, policy.limits.k, policy.limits.k_rare),
        holdout=share,
        seed=seed,
        digest=digest_of(data, seed),
    )
    return infer_book(train, facts_of(train), mark, name=name, file=file, is_judged=not _doubt(data, policy))


def _told_share(data: Dataset, policy: Policy) -> float:
    """The share to hold out: as asked, or in whole percents, since the book says it and a finer one counts people."""
    return policy.holdout if policy.holdout is not None else ceil(100 * holdout_share(data, policy) - 1e-9) / 100


def held_out_before(data: Dataset, policy: Policy, mark: Inferred) -> tuple[Dataset, Dataset]:
    """The rows that a book was inferred from, and those of the people who were held out then."""
    if policy.holdout is not None:
        raise PolicyError(
            "the rulebook was inferred from rows, and says itself who was held out of them.", hint="leave out holdout"
        )
    if digest_of(data, mark.seed) != mark.digest:
        raise PolicyError(
            f"{_otherness(data, mark)}: nobody knows whom the rulebook has seen, so nothing can judge it.",
            hint="give the files that it was inferred from, with the same policy, or infer a rulebook again from these,"
            " or run it without data",
        )
    return deal(data, float(mark.holdout), mark.seed)


def _otherness(data: Dataset, mark: Inferred) -> str:
    """What is other than it was, in counts alone."""
    from privsynth.generate.rules.infer import rows_about

    if mark.digest is None:
        return "the rulebook does not say by what its rows can be known again: it has no digest under 'inferred'"
    now = rows_about(deal(data, float(mark.holdout), mark.seed)[0])
    differ = [
        f"table {visible(name)} with about {mark.rows.get(name, 0):,} rows then and {now.get(name, 0):,} now"
        for name in sorted({*now, *mark.rows})
        if now.get(name) != mark.rows.get(name)
    ]
    what = ", ".join(differ) or "each table has about as many rows as then, but not the same ones"
    return f"the rulebook was inferred from other rows than these, or they are read in another way ({what})"
