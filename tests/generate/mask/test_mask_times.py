"""Times of day and dates of coarse formats under the steps of masking: what comes out can be written."""

from __future__ import annotations

import numpy as np
from masked_rows import learnt, seeds_of

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.dates import Shifted
from privsynth.mask_steps import Generalise, Noise, Shift, TopBottom
from privsynth.spelling import Spelling
from privsynth.spelling.dates import Names
from privsynth.typing import Array


def of(values: Array, kind: Kind, spelling: Spelling) -> Table:
    import pandas as pd

    return Table("t", (Column("x", kind, spelling=spelling),), pd.DataFrame({"x": values}))


TIMES = of(np.array([485.0, 490.0, 870.0, np.nan, 1439.0]), Kind.TIME, Spelling(clock="%H:%M"))


def test_a_width_is_in_minutes_and_its_ranges_are_times() -> None:
    made = learnt(TIMES, Generalise(width=60)).apply(TIMES, seeds_of(range(5)))
    assert made.tolist() == ["08:00 to <09:00", "08:00 to <09:00", "14:00 to <15:00", None, "23:00 to <00:00"]


def test_ends_are_written_as_the_file_writes_them() -> None:
    fitted = learnt(TIMES, TopBottom(low="08:10", high="15:00"))
    assert TIMES["x"].spelling.write(fitted.apply(TIMES, seeds_of(range(5)))).tolist() == [
        "08:10", "08:10", "14:30", None, "15:00"
    ]  # fmt: skip


def test_noise_leaves_whole_minutes_of_the_day() -> None:
    made = learnt(TIMES, Noise()).apply(TIMES, seeds_of(range(5)))
    assert (made[~np.isnan(made)] == np.rint(made[~np.isnan(made)])).all()


def test_months_move_by_whole_months_and_keep_their_spelling() -> None:
    spelling = Spelling(date_format="%b-%y", names=Names("de short", case="upper"))
    months = np.array(["2020-03-01", "2020-05-01", "NaT", "2020-06-01"], dtype="datetime64[us]")
    table = of(months, Kind.DATE, spelling)
    made = Shifted(table["x"], Shift(days=120)).apply(table, seeds_of([7, 7, 7, 7]))
    assert (made[~np.isnat(made)] == made[~np.isnat(made)].astype("datetime64[M]")).all()
    assert (np.diff(made[[0, 1, 3]]) > np.timedelta64(0)).all()  # one person's order stays
    assert table["x"].spelling.write(months).tolist() == ["MÄR-20", "MAI-20", None, "JUN-20"]
