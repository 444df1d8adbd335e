"""Makes the three sample tables. Nobody in them exists: names are drawn from lists, everything else from formulas.

    python sample_data/make.py

The seed is fixed, so the files come out the same each time. README.md says what there is to be found in them.
"""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 20_260_101
LAST_DAY = np.datetime64("2026-06-30")

Array = np.ndarray[Any, Any]


def words(text: str) -> list[str]:
    return text.split()


# Names given more often before, around and after 1980.
WOMEN = (
    words("""
        Barbara Carol Deborah Diane Donna Dorothy Frances Gloria Helen Janet Joyce Judith Linda Margaret Marilyn
        Martha Nancy Patricia Ruth Sandra Sharon Shirley Susan Virginia
    """),
    words("""
        Amy Angela Christina Cynthia Denise Dawn Erica Heather Jennifer Julie Karen Kelly Kimberly Laura Lisa Lori
        Maria Melissa Michelle Monica Nicole Rebecca Tina Wendy
    """),
    words("""
        Abigail Alexis Alyssa Amber Ashley Brianna Chloe Courtney Danielle Elena Emily Grace Hannah Jasmine Kayla Leah
        Lauren Megan Natalie Olivia Rachel Samantha Sofia Zoe
    """),
)
MEN = (
    words("""
        Albert Arthur Carl Charles Donald Douglas Edward Eugene Frank George Gerald Harold Henry Jack Larry Lawrence
        Raymond Richard Roger Ronald Roy Thomas Walter Wayne
    """),
    words("""
        Brian Chad Christopher Craig David Eric Gregory Jason Jeffrey Keith Kevin Mark Michael Patrick Paul Scott Sean
        Shawn Stephen Steven Timothy Todd Troy Vincent
    """),
    words("""
        Aaron Adrian Alexander Austin Brandon Caleb Cameron Connor Diego Dylan Ethan Gabriel Isaiah Jacob Joshua
        Justin Kyle Logan Lucas Mateo Nathan Noah Tyler Zachary
    """),
)
LAST = words("""
    Adams Alvarez Anderson Bailey Baker Barnes Bell Bennett Bishop Black Boyd Bradley Brooks Bryant Burke Burns Butler
    Campbell Carlson Carr Carter Castillo Chambers Chang Chavez Chen Clarke Cole Coleman Collins Cooper Cox Crawford
    Cruz Cunningham Curtis Daniels Davidson Dawson Delgado Diaz Dixon Douglas Duncan Dunn Edwards Elliott Ellis Evans
    Ferguson Fernandez Fields Fisher Fleming Fletcher Flores Ford Foster Fowler Fox Franklin Freeman Fuller Garcia
    Gardner Garrett George Gibson Gilbert Gomez Gonzales Goodman Gordon Graham Grant Graves Gray Green Greene Griffin
    Gutierrez Hale Hamilton Hansen Harper Harrison Hart Harvey Hawkins Hayes Henderson Henry Hernandez Hicks Hoffman
    Holland Holmes Holt Hopkins Howard Hudson Hughes Hunter Jackson Jacobs James Jenkins Jennings Jensen Jimenez
    Johnston Jordan Kelley Kennedy Kim King Klein Knight Lambert Lane Larson Lawson Lee Leonard Lopez Lowe Lucas Lynch
    Lyons Marshall Martin Mason Matthews May Mccoy Mendoza Meyer Miles Mills Mitchell Montgomery Morales Moreno Morgan
    Morris Murray Myers Nelson Newman Nguyen Nichols Norris Oliver Olson Ortega Ortiz Owens Palmer Park Parker Patel
    Patterson Payne Pena Perkins Perry Peters Peterson Pham Phillips Pierce Porter Powell Price Quinn Ramos Ray Reed
    Reyes Reynolds Rice Richards Rios Rivera Roberts Rojas Romero Rose Ross Ruiz Ryan Salazar Sanchez Sanders Santos
    Schmidt Schultz Schwartz Shah Shaw Shelton Silva Simmons Simpson Sims Snyder Soto Spencer Stephens Stevens Stewart
    Stone Sullivan Sutton Taylor Torres Tran Tucker Turner Vargas Vasquez Vega Wade Wagner Walker Wallace Walsh Warren
    Watkins Weaver Webb Weber Welch Wells West Wheeler Willis Wolfe Wood Wright Yang Young Zamora Zimmerman
""")
# city ; state ; weight ; where its postcodes begin ; its telephone areas
PLACES = """
New York ; NY ; 62 ; 100 101 112 113 114 ; 212 332 347 646 718 917 929
Buffalo ; NY ; 10 ; 142 ; 716 624
Rochester ; NY ; 8 ; 146 ; 585
Boston ; MA ; 24 ; 021 022 ; 617 857
Worcester ; MA ; 8 ; 016 ; 508 774
Providence ; RI ; 8 ; 029 ; 401
Hartford ; CT ; 8 ; 061 ; 860 959
Newark ; NJ ; 12 ; 071 ; 862 973
Philadelphia ; PA ; 30 ; 191 192 ; 215 267 445
Pittsburgh ; PA ; 14 ; 152 ; 412 878
Baltimore ; MD ; 16 ; 212 ; 410 443 667
Richmond ; VA ; 9 ; 232 ; 804 686
Raleigh ; NC ; 14 ; 276 ; 919 984
Charlotte ; NC ; 18 ; 282 ; 704 980
Atlanta ; GA ; 28 ; 303 311 ; 404 470 678 770
Orlando ; FL ; 14 ; 328 ; 407 689
Miami ; FL ; 24 ; 331 332 ; 305 786 645
Tampa ; FL ; 14 ; 336 ; 813 656
Nashville ; TN ; 14 ; 372 ; 615 629
Memphis ; TN ; 9 ; 381 ; 901
Louisville ; KY ; 9 ; 402 ; 502
Columbus ; OH ; 16 ; 432 ; 614 380
Cleveland ; OH ; 12 ; 441 ; 216
Detroit ; MI ; 18 ; 482 ; 313
Grand Rapids ; MI ; 8 ; 495 ; 616
Indianapolis ; IN ; 14 ; 462 ; 317 463
Chicago ; IL ; 44 ; 606 607 ; 312 464 773 872
Milwaukee ; WI ; 10 ; 532 ; 414
Minneapolis ; MN ; 16 ; 554 ; 612
Des Moines ; IA ; 7 ; 503 ; 515
St. Louis ; MO ; 14 ; 631 ; 314 557
Kansas City ; MO ; 11 ; 641 ; 816 975
Omaha ; NE ; 8 ; 681 ; 402 531
New Orleans ; LA ; 9 ; 701 ; 504
Dallas ; TX ; 34 ; 752 753 ; 214 469 945 972
Houston ; TX ; 38 ; 770 772 ; 281 346 713 832
Austin ; TX ; 20 ; 787 ; 512 737
Denver ; CO ; 22 ; 802 ; 303 720 983
Salt Lake City ; UT ; 10 ; 841 ; 385 801
Phoenix ; AZ ; 26 ; 850 ; 480 602 623
Las Vegas ; NV ; 14 ; 891 ; 702 725
Seattle ; WA ; 24 ; 981 ; 206
Portland ; OR ; 16 ; 972 ; 503 971
San Francisco ; CA ; 24 ; 941 ; 415 628
Sacramento ; CA ; 12 ; 958 ; 279 916
Los Angeles ; CA ; 52 ; 900 913 ; 213 310 323 424 747 818
San Diego ; CA ; 22 ; 921 ; 619 858
Honolulu ; HI ; 7 ; 968 ; 808
"""
STREETS = words("""
    Alder Birch Cedar Chestnut Cypress Dogwood Elm Fern Hawthorn Hazel Hickory Juniper Laurel Linden Magnolia Maple
    Mulberry Oak Pine Poplar Redwood Spruce Sycamore Walnut Willow
""")
STREET_ENDS = words("""
    Avenue Court Drive Lane Place Road Street Terrace Way
""")


def draw_dates(rng: np.random.Generator, *, ages: Array, on: str) -> Array:
    """Birth dates of people who are that old on that day."""
    days = (ages * 365.25 + rng.uniform(0, 365.25, len(ages))).astype(int)
    return np.asarray(np.datetime64(on) - days.astype("timedelta64[D]"))


def pick(rng: np.random.Generator, choices: Any, weights: Array) -> Array:
    """One choice per row, by weights that differ per row."""
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    return np.asarray(np.asarray(choices, dtype=object)[(rng.random((len(weights), 1)) > edges[:, :-1]).sum(axis=1)])


def blank(values: Array, where: Array) -> Array:
    out = np.asarray(values, dtype=object).copy()
    out[where] = None
    return out


def chance(score: Array) -> Array:
    """From a score to a probability."""
    return np.asarray(1 / (1 + np.exp(-score)))


def first_names(rng: np.random.Generator, *, female: Array, born: Array) -> Array:
    """Names follow fashion: which list a name comes from leans on the year of birth."""
    year = born.astype("datetime64[Y]").astype(int) + 1970
    wave = pick(
        rng,
        [0, 1, 2],
        np.column_stack([chance((1964 - year) / 6), np.exp(-(((year - 1976) / 11) ** 2)), chance((year - 1988) / 5)])
        + 0.02,
    )
    place = np.minimum(rng.geometric(0.07, len(born)) - 1, 23)
    lists = np.array([WOMEN, MEN], dtype=object)
    return np.asarray(lists[np.where(female, 0, 1), wave.astype(int), place])


def last_names(rng: np.random.Generator, count: int) -> Array:
    return np.asarray(
        rng.permutation(np.array(LAST, dtype=object))[
            np.minimum(rng.geometric(0.012, count) - 1, rng.integers(0, len(LAST), count))
        ]
    )


def emails(rng: np.random.Generator, first: Array, last: Array) -> Array:
    """Addresses made of the names, no two alike, at domains that are reserved for examples."""
    count = len(first)
    shape = pick(rng, [0, 1, 2], np.tile([5.0, 3.0, 2.0], (count, 1)))
    local = np.where(
        shape == 0,
        first + "." + last,
        np.where(shape == 1, [f[0] + name for f, name in zip(first, last, strict=True)], last + "_" + first),
    )
    local = np.array([name.lower() for name in local], dtype=object)
    again = pd.Series(local).groupby(local).cumcount().to_numpy()
    tail = np.where(again == 0, "", (again * 7 + rng.integers(0, 7, count) + 3).astype(str))
    return np.asarray(
        local
        + tail.astype(object)
        + "@example."
        + pick(rng, ["com", "org", "net"], np.tile([6.0, 2.0, 2.0], (count, 1)))
    )


def addresses(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Where people live: postcode in city in state. Phones end in 555-01xx, which nobody has."""
    places = pd.DataFrame(
        [line.split(" ; ") for line in PLACES.strip().splitlines()],
        columns=["city", "state", "weight", "postcodes", "area_codes"],
    )
    at = rng.choice(len(places), count, p=(weight := places["weight"].astype(float)) / weight.sum())
    zones = [[zone + end for zone in zones.split() for end in ENDS] for zones in places["postcodes"]]
    postcode = [
        zones[place][min(int(skew), len(zones[place]) - 1)]
        for place, skew in zip(at, rng.exponential(3.0, count), strict=True)
    ]
    spare = [
        cycle(rng.permutation([f"({area}) 555-01{end:02d}" for area in codes.split() for end in range(100)]))
        for codes in places["area_codes"]
    ]
    phone = [str(next(spare[place])) for place in at]
    number = np.minimum(rng.lognormal(6.2, 1.1, count), 9899).astype(int) + 1
    street = [
        f"{n} {a} {b}"
        for n, a, b in zip(number, rng.choice(STREETS, count), rng.choice(STREET_ENDS, count), strict=True)
    ]
    return pd.DataFrame(
        {
            "street": street,
            "city": places["city"].to_numpy()[at],
            "state": places["state"].to_numpy()[at],
            "postcode": postcode,
            "phone": phone,
        }
    )


ENDS = ("01", "04", "06", "09", "12", "15", "18", "21", "27", "33")
SEGMENTS = ("basic", "student", "plus", "family", "business")


def make_customers(rng: np.random.Generator, count: int = 5_000) -> pd.DataFrame:
    """People who buy things: the segment follows age, the income follows both, joining grows over the years."""
    age = np.clip(np.where(rng.random(count) < 0.35, rng.normal(28, 6, count), rng.normal(50, 14, count)), 18, 93)
    born = draw_dates(rng, ages=age, on="2026-01-01")
    segment = draw_segment(rng, age)
    first = first_names(rng, female=rng.random(count) < 0.54, born=born)
    last = last_names(rng, count)
    where = addresses(rng, count)
    joined = np.datetime64("2016-01-01") + (3_833 * rng.beta(1.9, 1.05, count)).astype("timedelta64[D]")
    joined = np.maximum(joined, born + np.timedelta64(18 * 365 + 5, "D"))
    income = draw_income(rng, age, segment, where["state"].to_numpy())
    reads = chance(
        -0.9
        + 0.025 * (age - 40)
        + 0.8 * (segment == "plus")
        + 0.5 * (segment == "family")
        - 0.6 * (segment == "student")
    )
    visits = rng.poisson(
        np.exp(0.9 + 0.5 * (segment == "plus") + 0.8 * (segment == "business")) * rng.gamma(1.2, 1.0, count)
    )
    return pd.DataFrame(
        {
            "customer_id": [f"{n:06d}" for n in rng.choice(250_000, count, replace=False)],
            "first_name": first,
            "last_name": last,
            "email": blank(emails(rng, first, last), rng.random(count) < chance(-3.4 + 0.06 * (age - 50))),
            "phone": blank(where["phone"].to_numpy(), rng.random(count) < 0.12),
            "street": blank(where["street"].to_numpy(), rng.random(count) < 0.02),
            "city": where["city"],
            "state": where["state"],
            "postcode": where["postcode"],
            "birth_date": born,
            "segment": segment,
            "income": blank(income, rng.random(count) < 0.05 + 0.15 * (segment == "student")),
            "signup_date": np.minimum(joined, LAST_DAY),
            "newsletter": np.where(rng.random(count) < reads, "yes", "no"),
            "visits_per_month": visits,
        }
    )


def draw_segment(rng: np.random.Generator, age: Array) -> Array:
    young, middle = chance((25 - age) / 1.8), np.exp(-(((age - 42) / 12) ** 2))
    one = np.ones(len(age))
    return pick(
        rng,
        SEGMENTS,
        np.column_stack([1.5 * one, 6 * young, 0.8 + 0.6 * (age > 35), 2.2 * middle, 0.25 + 0.9 * middle]),
    )


def draw_income(rng: np.random.Generator, age: Array, segment: Array, state: Array) -> Array:
    """Yearly income in dollars: rises to the age of 52, differs by segment and state; half of the people round it."""
    level = 10.35 + 0.9 * np.exp(-(((age - 52) / 24) ** 2))
    level = level + 0.55 * (segment == "business") + 0.2 * (segment == "plus") - 0.85 * (segment == "student")
    level = level + 0.15 * np.isin(state, ["NY", "CA", "MA", "WA"])
    income = np.exp(level + rng.normal(0, 0.34, len(age)))
    step = np.where(rng.random(len(age)) < 0.5, 1_000, 100)
    return np.asarray(np.clip(np.round(income / step) * step, 4_000, None).astype(int))


CATEGORIES = ("groceries", "clothing", "electronics", "home", "books", "travel", "health")
BASKET = np.array([3.6, 3.9, 5.1, 4.3, 3.0, 5.9, 3.4])  # logarithm of the usual amount


def make_transactions(rng: np.random.Generator, customers: pd.DataFrame, count: int = 20_000) -> pd.DataFrame:
    """What the customers bought. Some never did; a few buy all the time. Nothing is bought before joining."""
    buyer = draw_buyers(rng, customers, count)
    who = customers.iloc[buyer].reset_index(drop=True)
    segment = who["segment"].to_numpy()
    age = (np.datetime64("2026-01-01") - who["birth_date"].to_numpy()).astype("timedelta64[D]").astype(float) / 365.25
    category = draw_category(rng, age, segment)
    channel = draw_channel(rng, age, category)
    at = draw_time(rng, who["signup_date"].to_numpy(), channel)
    status = draw_status(rng, category, channel, at)
    table = pd.DataFrame(
        {
            "customer_id": who["customer_id"],
            "ordered_at": at,
            "category": category,
            "items": 1 + rng.poisson(np.where(category == "groceries", 6.0, 0.7)),
            "channel": blank(channel, rng.random(count) < 0.015),
            "status": status,
        }
    )
    usual = BASKET[[CATEGORIES.index(c) for c in category]] + 0.3 * (
        np.log(who["income"].astype(float).fillna(42_000).to_numpy()) - 10.7
    )
    tail = np.where(rng.random(count) < 0.02, rng.pareto(1.8, count) + 1, 1.0)
    amount = np.exp(usual + 0.22 * np.log(table["items"]) + rng.normal(0, 0.5, count)) * tail
    cents = np.where(rng.random(count) < 0.4, np.floor(amount) + 0.99, np.round(amount, 2))
    table["amount"] = np.where(status == "cancelled", 0.0, np.maximum(cents, 0.99))
    table = table.sort_values(["ordered_at", "customer_id"], kind="stable").reset_index(drop=True)
    table.insert(0, "transaction_id", [f"T{n:07d}" for n in np.cumsum(rng.integers(1, 40, count))])
    return table[["transaction_id", "customer_id", "ordered_at", "category", "items", "amount", "channel", "status"]]


def draw_buyers(rng: np.random.Generator, customers: pd.DataFrame, count: int) -> Array:
    """How often a customer buys: by segment, by time since joining, and by a taste of their own."""
    years = (LAST_DAY - customers["signup_date"].to_numpy()).astype("timedelta64[D]").astype(float) / 365.25 + 0.02
    rate = (
        customers["segment"].map({"basic": 0.7, "student": 0.5, "plus": 1.6, "family": 1.3, "business": 1.9}).to_numpy()
    )
    rate = rate * np.sqrt(years) * rng.gamma(0.9, 1.0, len(customers))
    return rng.choice(len(customers), count, p=rate / rate.sum())


def draw_category(rng: np.random.Generator, age: Array, segment: Array) -> Array:
    weights = np.column_stack(
        [
            3 + 2.0 * (segment == "family"),
            2.4 - 0.02 * age,
            1.2 + 1.0 * (age < 35) + 1.5 * (segment == "business"),
            0.8 + 1.2 * (segment == "family"),
            0.9 + 1.4 * (segment == "student"),
            0.3 + 0.8 * (segment == "business") + 0.3 * (segment == "plus"),
            0.2 + 0.025 * age,
        ]
    )
    return pick(rng, CATEGORIES, weights)


def draw_channel(rng: np.random.Generator, age: Array, category: Array) -> Array:
    young = chance((42 - age) / 8)
    weights = np.column_stack(
        [
            0.3 + 1.6 * young,
            np.full(len(age), 1.0),
            0.2 + 1.3 * (1 - young) + 1.2 * (category == "groceries"),
            0.35 * (1 - young),
        ]
    )
    return pick(
        rng,
        ["app", "web", "store", "phone"],
        weights * np.where(category[:, None] == "travel", [1.0, 2.0, 0.1, 1.5], 1.0),
    )


def draw_time(rng: np.random.Generator, joined: Array, channel: Array) -> Array:
    """Between joining and the last day, more in December and at week-ends; shops close at night."""
    span = (LAST_DAY - joined).astype("timedelta64[D]").astype(float)
    tries = joined[:, None] + (span[:, None] * rng.beta(1.0, 0.9, (len(joined), 3))).astype("timedelta64[D]")
    month = (tries.astype("datetime64[M]").astype(int) % 12) + 1
    weekday = (tries.astype("datetime64[D]").astype(int) + 3) % 7
    score = 1.0 + 1.2 * (month == 12) + 0.4 * (month == 11) + 0.5 * (weekday >= 5)
    day = tries[np.arange(len(joined)), (score * rng.random(score.shape)).argmax(axis=1)]
    hour = np.where(
        channel == "store", rng.normal(14.5, 2.6, len(joined)).clip(9, 19.9), (rng.normal(19.5, 3.8, len(joined))) % 24
    )
    return np.asarray(day.astype("datetime64[m]") + (hour * 60).astype("timedelta64[m]"))


def draw_status(rng: np.random.Generator, category: Array, channel: Array, at: Array) -> Array:
    fresh = at > np.datetime64("2026-06-26")
    returned = 0.02 + 0.16 * (category == "clothing") * (channel != "store") + 0.05 * (category == "electronics")
    cancelled = 0.01 + 0.05 * (category == "travel")
    weights = np.column_stack([1 - returned - cancelled, returned * ~fresh, cancelled, 3.0 * fresh])
    return pick(rng, ["completed", "returned", "cancelled", "pending"], weights)


DIAGNOSES = ("I10", "E11.9", "J18.9", "I21.4", "N18.3", "S72.0", "K35.8", "J45.9", "O80", "C50.9")
WARDS = dict(
    zip(
        DIAGNOSES,
        words("medicine medicine pulmonology cardiology nephrology surgery surgery pulmonology obstetrics oncology"),
        strict=True,
    )
)
DAYS = dict(zip(DIAGNOSES, (2.6, 3.4, 5.0, 5.6, 5.2, 8.4, 2.9, 2.6, 2.2, 4.8), strict=True))


def make_patients(rng: np.random.Generator, count: int = 1_500) -> pd.DataFrame:
    """Hospital stays: the diagnosis follows age and sex, laboratory values the diagnosis, the length of stay all."""
    age = np.clip(np.where(rng.random(count) < 0.25, rng.normal(32, 9, count), rng.normal(64, 15, count)), 18, 97)
    born = draw_dates(rng, ages=age, on="2025-01-01")
    female = rng.random(count) < 0.52
    code = draw_diagnosis(rng, age, female)
    came = np.datetime64("2023-01-01") + rng.integers(0, 1_096, count).astype("timedelta64[D]")
    smoker = pick(
        rng,
        ["never", "former", "current"],
        np.column_stack([np.full(count, 1.2), 0.2 + 0.012 * age, 0.5 + 0.6 * ~female * (age < 60)]),
    )
    labs = draw_labs(rng, age, code, smoker)
    score = np.log([DAYS[c] for c in code]) + 0.009 * (age - 60) + 0.18 * (labs["crp"] > 60)
    days = (
        np.where((code == "O80") | (rng.random(count) > 0.03), np.round(np.exp(score + rng.normal(0, 0.4, count))), 0)
        .clip(0, 60)
        .astype(int)
    )
    again = chance(
        -2.9 + 0.02 * (age - 60) + 0.07 * days + 0.7 * np.isin(code, ["N18.3", "I21.4"]) + 0.5 * (smoker == "current")
    )
    return pd.DataFrame(
        {
            "mrn": [f"{n:08d}" for n in rng.choice(9_000_000, count, replace=False)],
            "first_name": first_names(rng, female=female, born=born),
            "last_name": last_names(rng, count),
            "sex": np.where(female, "F", "M"),
            "birth_date": born,
            "admission_date": came,
            "discharge_date": came + days.astype("timedelta64[D]"),
            "ward": [WARDS[c] for c in code],
            "diagnosis": code,
            "smoker": blank(smoker, rng.random(count) < 0.08),
            **labs,
            "length_of_stay": days,
            "readmitted": np.where(rng.random(count) < again, "yes", "no"),
        }
    )


def draw_diagnosis(rng: np.random.Generator, age: Array, female: Array) -> Array:
    old = chance((age - 62) / 8)
    fertile = female * np.exp(-(((age - 31) / 6) ** 2))
    one = np.ones(len(age))
    columns = [0.3 + old, 0.3 + 0.8 * old, 0.3 + 0.7 * old, 0.1 + old * (1.2 - 0.5 * female), 0.05 + 0.6 * old]
    columns += [
        0.05 + 0.8 * old * (0.6 + 0.6 * female),
        0.8 * (1 - old),
        0.6 * (1 - old) + 0.1,
        6.0 * fertile,
        female * (0.05 + 0.4 * np.exp(-(((age - 60) / 12) ** 2))),
    ]
    return pick(rng, DIAGNOSES, np.column_stack([column * one for column in columns]))


def draw_labs(rng: np.random.Generator, age: Array, code: Array, smoker: Array) -> dict[str, Array]:
    """Laboratory values. What an instrument cannot see is its limit (crp 5.0, troponin 0.01): values pile up there."""
    count = len(age)
    bmi = rng.normal(26.5, 4.4, count) + 3.0 * (code == "E11.9") - 1.5 * (smoker == "current")
    pressure = rng.normal(116, 11, count) + 0.28 * (age - 40) + 16 * (code == "I10") + 0.5 * (bmi - 26)
    sugar = np.where(code == "E11.9", rng.normal(7.9, 1.2, count), rng.normal(5.4, 0.35, count) + 0.03 * (bmi - 26))
    crp = np.exp(
        rng.normal(0.9, 1.1, count) + 2.9 * np.isin(code, ["J18.9", "K35.8"]) + 0.9 * np.isin(code, ["S72.0", "C50.9"])
    )
    troponin = np.where(code == "I21.4", np.exp(rng.normal(0.2, 1.2, count)), np.exp(rng.normal(-5.6, 0.9, count)))
    creatinine = np.exp(rng.normal(-0.16, 0.17, count) + 0.004 * (age - 50) + 0.75 * (code == "N18.3"))
    asked = np.isin(code, ["E11.9", "I10", "I21.4", "N18.3"])
    heart = np.isin(code, ["I21.4", "I10", "J18.9"]) | (rng.random(count) < 0.2)
    return {
        "bmi": blank(np.round(bmi.clip(14, 58), 1), rng.random(count) < 0.04),
        "systolic_bp": blank((np.round(pressure / 2) * 2).clip(78, 220).astype(int), rng.random(count) < 0.02),
        "hba1c": blank(np.round(sugar.clip(4, 14), 1), rng.random(count) < np.where(asked, 0.05, 0.55)),
        "crp": np.round(np.maximum(crp, 5.0), 1),
        "troponin": blank(np.round(np.maximum(troponin, 0.01), 2), ~heart),
        "creatinine": np.round(creatinine.clip(0.3, 9), 2),
    }


def make_files() -> dict[str, str]:
    """The text of each file, by its name."""
    streams = np.random.SeedSequence(SEED).spawn(3)
    customers = make_customers(np.random.default_rng(streams[0]))
    tables = {
        "customers.csv": customers,
        "transactions.csv": make_transactions(np.random.default_rng(streams[1]), customers),
        "patients.csv": make_patients(np.random.default_rng(streams[2])),
    }
    times = {"transactions.csv": "%Y-%m-%d %H:%M"}
    return {
        name: table.to_csv(index=False, lineterminator="\n", date_format=times.get(name, "%Y-%m-%d"))
        for name, table in tables.items()
    }


if __name__ == "__main__":
    for file, text in make_files().items():
        (HERE / file).write_text(text, encoding="utf-8", newline="\n")
