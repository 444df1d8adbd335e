# The same checks here, in pre-commit and in CI.
PY ?= python

.PHONY: check fix test slow bench docs quality

check: quality test

quality:
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	lint-imports
	$(PY) -m deptry privsynth

fix:
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

test:
	$(PY) -m pytest

slow:
	$(PY) -m pytest -m slow

bench:
	$(PY) bench/speed.py

docs:
	$(PY) tests/examples.py
	$(PY) tests/readme.py --write
