# The two commands of the README, on a machine with nothing but Python 3.11 or newer (and uv, where it is there).

PYTHON ?= python3
BIN := .venv/bin
comma := ,
INSTALL = if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python --editable $(WHAT); \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable $(WHAT); fi

.PHONY: demo test test-quick lint bench clean

demo: .venv/with-demo ## The report on real data, also in out/report.md, with pictures and pages
	$(BIN)/micrograd-lr demo

test: .venv/with-dev ## Every test, on all cores; fails below 100 % coverage of the package
	$(BIN)/python -m pytest --cov --numprocesses=auto --dist=worksteal

test-quick: .venv/with-dev ## Of each room what is quick, without coverage: while you write
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal -m "not slow"

lint: .venv/with-dev ## What the style and the type checker say
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: .venv/with-bench ## Speed and memory, as ratios to other engines measured in the same run; pictures in seconds, pages in steps a second; one process and two
	$(BIN)/python tests/benchmarks/engine.py
	$(BIN)/python tests/benchmarks/pictures.py
	$(BIN)/python tests/benchmarks/compiled.py
	$(BIN)/python tests/benchmarks/fitting.py
	$(BIN)/python tests/benchmarks/training.py
	$(BIN)/python tests/benchmarks/page.py
	$(BIN)/python tests/benchmarks/scaling.py

clean:
	rm -rf .venv out .coverage

.venv/pyvenv.cfg:
	if command -v uv >/dev/null; then uv venv --python $(PYTHON) .venv; else $(PYTHON) -m venv .venv; fi

.venv/with-demo: .venv/pyvenv.cfg pyproject.toml ## where pygraphviz has no wheel, the pictures go without PNG
	$(INSTALL) || $(subst draw$(comma),,$(INSTALL))
	touch $@
.venv/with-demo: WHAT = ".[draw,train]"
.venv/with-dev: WHAT = ".[dev]"
.venv/with-bench: WHAT = ".[draw,fast,train,dask]" -r tests/benchmarks/requirements.txt
.venv/with-bench: tests/benchmarks/requirements.txt
.venv/with-%: .venv/pyvenv.cfg pyproject.toml
	$(INSTALL)
	touch $@
