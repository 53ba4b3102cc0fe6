# Two commands start from a bare python3 (3.11 to 3.13) and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Keras imports scikit-learn where it is installed, and MLflow is large: they stand on top, in an environment of their own.
INTEGRATIONS := $(VENV)/integrations
PYPROJECTS := pyproject.toml registry/pyproject.toml plugins/pyproject.toml

# What cog writes parts of; `make docs` writes them anew, `make lint` holds them against the code.
GENERATED := README.md docs/explanation/columns.md docs/reference/cli.md docs/reference/plugins.md docs/reference/schema.md docs/reference/training.md

.PHONY: help demo test test-all lint format docs site clean

help:
	@echo "make demo      train wide_deep on real diamonds, evaluate, export, predict"
	@echo "make test      run the tests"
	@echo "make test-all  run them with the full products and fuzzing"
	@echo "make lint      ruff, mypy, import rules, generated docs"
	@echo "make docs      regenerate the generated parts of the README and of the site"
	@echo "make site      build the site in build/site; any warning is an error"

$(STAMP): $(PYPROJECTS) constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] < (3, 14) else "modelzoo needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d.%d; name another: make PYTHON=python3.12" % v[:3])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt -e registry -e plugins -e ".[tensorflow,dev,docs]"
	@touch $@

$(INTEGRATIONS)/.installed: $(STAMP)
	$(PYTHON) -m venv --without-pip $(INTEGRATIONS)
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' > $$($(INTEGRATIONS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/shared.pth
	$(BIN)/python -m pip --python $(INTEGRATIONS)/bin/python install --quiet --disable-pip-version-check --constraint constraints.txt -e ".[integrations]"
	@touch $@

demo: $(STAMP)
	$(BIN)/zoo demo

# Tests start hundreds of processes: modules are compiled once, also where PYTHONDONTWRITEBYTECODE keeps those from it.
test: $(STAMP) $(INTEGRATIONS)/.installed
	@$(BIN)/python -m compileall -q modelzoo registry plugins
	$(BIN)/pytest -m "not full" -n 2 --dist loadgroup
	$(INTEGRATIONS)/bin/python -m pytest tests/integrations -m "not full" -n 2 --dist loadgroup

test-all: $(STAMP) $(INTEGRATIONS)/.installed
	$(BIN)/pytest --hypothesis-profile explore --modelzoo-thorough -n 2 --dist loadgroup
	$(INTEGRATIONS)/bin/python -m pytest tests/integrations --hypothesis-profile explore -n 2 --dist loadgroup

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check -I docs $(GENERATED)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP)
	$(BIN)/cog -r -I docs $(GENERATED)

# The variable silences what mkdocs-material prints about its own end. With --quiet, mkdocs would not count warnings.
site: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) build dist
