# The README says what to do with these; `make help` lists them.

PYTHON := .venv/bin/python
EPHEMERAL_SERVERS := $(PYTHON) -m pizzeria.devtools.ephemeral_servers --
ARGS ?=

# Another project's environment, switched on in the caller's shell, has no say here.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP DJANGO_SETTINGS_MODULE
unexport PYTHONDONTWRITEBYTECODE  # compiling Django anew in every process takes longer than all the rest
export PORT

# A name on PATH may be a shim that runs nothing.
any-python = for python in python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.*/bin/python3; do \
		if "$$python" -c '' 2>/dev/null; then exec "$$python" -I $(1); fi; \
	done; echo 'There is no python3 here. Install one (Debian: apt install python3 python3-venv).' >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-evening demo-reset keycloak keycloak-export test test-again test-long lint format measure screenshots signal-map lock pages streams worker beat set-up again

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: set-up  ## open the demo shop at http://localhost:8000 (PORT=8001, KEYCLOAK=1 to sign in by it); Ctrl-C closes it
	@exec $(PYTHON) -m pizzeria.demo

demo-evening: set-up  ## play an evening in the running demo, at ten times its speed (ARGS="--speed 60 --orders 40")
	@exec $(PYTHON) -m pizzeria.demo.manage demo_evening $(ARGS)

demo-reset: set-up  ## stop what is left of the demo and throw its data away
	@exec $(PYTHON) -m pizzeria.devtools.reset

keycloak: set-up  ## run a Keycloak with the shop's realm by itself; Ctrl-C closes it
	@exec $(PYTHON) -m pizzeria.devtools.keycloak

keycloak-export: set-up  ## write what was changed by hand in the running Keycloak into its realm.json
	@exec $(PYTHON) -m pizzeria.devtools.keycloak.export

test: set-up  ## run the tests against servers of their own (ARGS="tests/orders -k race" for some, ARGS="-n0 --pdb" one at a time)
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m pytest -n auto --maxprocesses 8 --dist loadgroup $(ARGS)

test-again: set-up  ## run the tests again and again, to find one that fails by chance (TIMES=5, LOAD=cpu or disk beside them)
	@exec $(PYTHON) -m tests.again --times $(or $(TIMES),5) --load $(or $(LOAD),none) $(MAKE) --no-print-directory test

test-long: set-up  ## run the long versions of tests that repeat something: hundreds of kills, thousands of inputs
	@TEST_LENGTH=long exec $(EPHEMERAL_SERVERS) $(PYTHON) -m pytest -n auto --maxprocesses 8 --dist loadgroup -m long $(ARGS)

lint: set-up  ## check style, types, layers, templates and migrations
	@exec $(PYTHON) -m pizzeria.devtools.lint

format: set-up  ## put code and templates into shape
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m djlint --reformat --quiet templates || true  # says 1 when it had something to do

measure: set-up  ## measure how quick the shop is, against servers of its own
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m tests.measure $(ARGS)

screenshots: set-up  ## take the pictures of the pages, against servers of their own
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m tests.screenshots $(ARGS)

signal-map: set-up  ## show in the README who hears what, as it is now
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) manage.py signal_map --write

pages:  ## a real shop's pages, admin and API (BIND=127.0.0.1:8000)
	@exec $(PYTHON) -m gunicorn pizzeria.wsgi --worker-class gthread --threads 8 --no-control-socket \
		--bind $(or $(BIND),127.0.0.1:8000) $(ARGS)

streams:  ## a real shop's streams, from one process (BIND=127.0.0.1:8001)
	@DATABASE_POOL=1 exec $(PYTHON) -m gunicorn pizzeria.asgi --worker-class uvicorn_worker.UvicornWorker --workers 1 \
		--graceful-timeout 3 --no-control-socket --bind $(or $(BIND),127.0.0.1:8001) $(ARGS)

worker:  ## a real shop's worker: what happens after a request
	@exec $(PYTHON) -m celery -A pizzeria worker $(ARGS)

beat:  ## a real shop's clock, for what is due: one of it
	@exec $(PYTHON) -m celery -A pizzeria beat $(ARGS)

lock:  ## pin what pyproject.toml asks for (ARGS=--upgrade for newer versions)
	@$(call any-python,pizzeria/devtools/setup.py lock $(ARGS))

set-up: .venv/.synced

# Costs nothing until the pins change, or the interpreter behind .venv has gone.
.venv/.synced: requirements-dev.txt pizzeria/devtools/setup.py $(shell $(PYTHON) -c '' 2>/dev/null || echo again)
	@$(call any-python,pizzeria/devtools/setup.py)
