# The README explains these targets; `make help` lists them.

PYTHON := .venv/bin/python
EPHEMERAL_SERVERS := $(PYTHON) -m pizzeria.devtools.ephemeral_servers --
COUNTED = $(PYTHON) -m pizzeria.operations.metrics run $@
GUNICORN_LOG := --logger-class pizzeria.operations.gunicorn_logger.GunicornLogger
ARGS ?=

# Ignore another project's environment that is activated in the caller's shell.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP DJANGO_SETTINGS_MODULE
# Without bytecode files every process compiles Django again, which takes longer than all the rest.
unexport PYTHONDONTWRITEBYTECODE
export PORT

# A python3 on PATH may be a pyenv shim that cannot run anything.
any-python = for python in python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.*/bin/python3; do \
		if "$$python" -c '' 2>/dev/null; then exec "$$python" -I $(1); fi; \
	done; echo 'There is no python3 here. Install one (Debian: apt install python3 python3-venv).' >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-evening demo-reset keycloak keycloak-export test test-again test-long lint format measure bench screenshots signal-map lock pages streams worker beat metrics set-up again

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: set-up  ## open the demo shop at http://localhost:8000 (PORT=8001, KEYCLOAK=1 to sign in by Keycloak); Ctrl-C closes it
	@exec $(PYTHON) -m pizzeria.demo

demo-evening: set-up  ## simulate an evening in the running demo, at ten times real speed (ARGS="--speed 60 --orders 40")
	@exec $(PYTHON) -m pizzeria.demo.manage demo_evening $(ARGS)

demo-reset: set-up  ## stop the demo's processes and delete its data
	@exec $(PYTHON) -m pizzeria.devtools.reset

keycloak: set-up  ## run a Keycloak with the shop's realm, without the shop; Ctrl-C closes it
	@exec $(PYTHON) -m pizzeria.devtools.keycloak

keycloak-export: set-up  ## write changes made by hand in the running Keycloak into realm.json
	@exec $(PYTHON) -m pizzeria.devtools.keycloak.export

test: set-up  ## run the tests against temporary servers (ARGS="tests/orders -k basket" for some, ARGS="-n0 --pdb" one at a time)
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m pytest -n auto --maxprocesses 8 --dist loadgroup $(ARGS)

test-again: set-up  ## run the tests repeatedly, to find flaky ones (TIMES=5, LOAD=cpu or disk for load at the same time)
	@exec $(PYTHON) -m tests.again --times $(or $(TIMES),5) --load $(or $(LOAD),none) -- $(MAKE) --no-print-directory test

test-long: set-up  ## run the long versions of the tests that repeat something: hundreds of kills, thousands of inputs
	@TEST_LENGTH=long exec $(EPHEMERAL_SERVERS) $(PYTHON) -m pytest -n auto --maxprocesses 8 --dist loadgroup -m long $(ARGS)

lint: set-up  ## check style, types, import layers, templates, settings, migrations and imports of the tests
	@exec $(PYTHON) -m pizzeria.devtools.lint

format: set-up  ## format code and templates
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m djlint --reformat --quiet templates || true  # exits with 1 if it has changed a file

measure: set-up  ## measure the shop's performance, against temporary servers (ARGS=reports: with a million orders, or ORDERS=100000)
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m tests.measure $(ARGS)

bench: set-up  ## measure the shop under load, with wrk (ARGS=menu, orders, board, api, flow or growth for one part)
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m tests.load $(ARGS)

screenshots: set-up  ## take screenshots of the pages, against temporary servers
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) -m tests.screenshots $(ARGS)

signal-map: set-up  ## write the map of signals and receivers into the README
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) manage.py signal_map --write

pages:  ## run the web server of a real shop: pages, admin and API (BIND=127.0.0.1:8000)
	@exec $(COUNTED) -m gunicorn pizzeria.wsgi --worker-class gthread --threads 8 --no-control-socket \
		$(GUNICORN_LOG) --bind $(or $(BIND),127.0.0.1:8000) $(ARGS)

streams:  ## run the event streams of a real shop, in one process (BIND=127.0.0.1:8001)
	@DATABASE_POOL=1 exec $(COUNTED) -m gunicorn pizzeria.asgi --worker-class uvicorn_worker.UvicornWorker --workers 1 \
		--graceful-timeout 3 --no-control-socket $(GUNICORN_LOG) --bind $(or $(BIND),127.0.0.1:8001) $(ARGS)

worker:  ## run the Celery worker of a real shop, for work after a request
	@exec $(COUNTED) -m celery -A pizzeria worker $(ARGS)

beat:  ## run the Celery beat of a real shop, for scheduled tasks; only one may run
	@exec $(PYTHON) -m celery -A pizzeria beat $(ARGS)

metrics:  ## serve the metrics of the processes above to Prometheus; not to the public (BIND=127.0.0.1:8002)
	@exec $(PYTHON) -m pizzeria.operations.metrics serve $(or $(BIND),127.0.0.1:8002)

lock:  ## pin the dependencies in pyproject.toml (ARGS=--upgrade for newer versions)
	@$(call any-python,pizzeria/devtools/setup.py lock $(ARGS))

set-up: .venv/.synced

# Does nothing unless the pinned packages change, or the interpreter of .venv no longer exists.
.venv/.synced: requirements-dev.txt pizzeria/devtools/setup.py $(shell $(PYTHON) -c '' 2>/dev/null || echo again)
	@$(call any-python,pizzeria/devtools/setup.py)
