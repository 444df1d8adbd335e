"""Whole, consistent, invented people and identifiers. What a column looks like is learnt; what it holds is not.

fabricator.py    the columns of a table               kin.py           the same person in several tables
makers.py        how one column is invented           substitutes.py   value for value
writers.py       what is written by the person        unlearnt.py      without a look at the rows
cast.py          the people of some rows              shifts.py        dates of one person, moved together
identifiers.py, nationals.py, machines.py, phones.py  numbers and addresses that nobody can hold
"""

from privsynth.people.fabricator import Fabricator

__all__ = ["Fabricator"]
