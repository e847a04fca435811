# make demo   set up if needed, then bring up a company, run the whole pipeline, serve Dagster until Ctrl-C
# make test   set up if needed, then run every test that needs no extra server
# make check  the whole gate: format, lint, types, walls, architecture tests
# make bench  side-by-side measurements over the data sets that are present
# make setup  environment, locked dependencies, package; nothing is repeated when nothing changed
# make lock   fit requirements.lock to pyproject.toml; ARGS=--upgrade takes the newest of everything

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

UV := $(BIN)/uv --quiet
# uv does not read pip's settings: hand on where pip was told to look for wheels (a local CPU build of
# torch, say), in the environment or in its configuration. Where it was told nothing, uv is asked for the
# CPU build of torch.
FIND_LINKS = links="$${PIP_FIND_LINKS:-$$($(PYTHON) -m pip config get global.find-links 2>/dev/null)}"; \
	export UV_FIND_LINKS="$${UV_FIND_LINKS:-$$(echo $$links | tr ' ' ',')}"
TORCH = $$(test -n "$$UV_FIND_LINKS$$UV_TORCH_BACKEND" || echo --torch-backend cpu)

.PHONY: setup demo test check bench lock clean

setup: $(VENV)/.package

$(VENV)/.python:
	@echo "set-up 1/3: environment in $(VENV)"
	@"$(PYTHON)" -c 'import sys; sys.exit("Concord needs Python 3.11") if sys.version_info[:2] != (3, 11) else None'
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.lock)"
	@touch $@

$(VENV)/.locked: requirements.lock $(VENV)/.python
	@echo "set-up 2/3: dependencies of requirements.lock"
	@$(FIND_LINKS); $(UV) pip sync --compile-bytecode --python $(BIN)/python $(TORCH) requirements.lock
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.locked
	@echo "set-up 3/3: package concord"
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/concord demo $(ARGS)

# Tests start hundreds of processes: what they import is compiled once, whatever the environment says. Many wait
# for such a process, so there is a worker more than cores; the longest files stand first, the short ones fill up.
test: setup
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile \
		--no-loadscope-reorder $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy concord.py benchmarks context_api demo pipelines resolution tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/architecture

bench: setup
	$(BIN)/python -m benchmarks.quality $(ARGS)

# uv keeps to the versions of the lock that is there: they must name torch's CPU build, or the packages of the
# CUDA build come along. In the end the lock names no build.
lock: $(VENV)/.python
	sed -i 's/^\(torch==[0-9.]*\)$$/\1+cpu/' requirements.lock
	$(FIND_LINKS); UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile pyproject.toml --group dev $(ARGS) \
		$(TORCH) --python $(BIN)/python --output-file requirements.lock
	sed -i 's/^\(torch==[0-9.]*\)+cpu/\1/' requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
