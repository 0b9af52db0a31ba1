"""The import contracts in pyproject.toml: the code keeps them, and each refuses an import that it forbids."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from copy import deepcopy

import grimp
import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.domain.contract import registry

from pizzeria.devtools.state_dir import ROOT

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# A forbidden import by description: the module it is added to, the import, and the contract that refuses it.
APPS, FOUNDATION_ONLY = "Apps: pizzeria above orders, kitchen and menu", "Apps import of pizzeria only the foundation"
USERS = "Users import permissions of the apps, and nothing else"
PLANTED = {
    "menu imports kitchen": ("menu/prices.py", "import kitchen.models", APPS),
    "kitchen imports orders": ("kitchen/services/queue.py", "import orders.models", APPS),
    "orders imports users": ("orders/selectors/basket.py", "import pizzeria.users.roles", FOUNDATION_ONLY),
    "kitchen imports users": ("kitchen/views/board.py", "import pizzeria.users.models", FOUNDATION_ONLY),
    "menu imports settings": ("menu/models/items.py", "import pizzeria.settings", FOUNDATION_ONLY),
    "foundation imports an app": (
        "pizzeria/foundation/clock.py",
        "import menu.models",
        "The foundation imports no app",
    ),
    "users import customers": (
        "pizzeria/users/receivers.py",
        "import orders.customers.services",
        USERS,
    ),
    "foundation imports users": (
        "pizzeria/foundation/actor.py",
        "import pizzeria.users.roles",
        "Layers of pizzeria",
    ),
    "devtools import the demo": ("pizzeria/devtools/supervisor.py", "import pizzeria.demo.menu", "Layers of pizzeria"),
    "the stand-in for Stripe imports the order": (
        "pizzeria/devtools/stripe_server/checkout.py",
        "import orders.models",
        "The stand-in for Stripe shares no code with the shop",
    ),
    "users import operations": ("pizzeria/users/models.py", "import pizzeria.operations.logs", "Layers of pizzeria"),
    "a model imports a service": ("orders/models/order.py", "import orders.services", "Layers of orders"),
    "a selector imports a service": ("orders/selectors/order.py", "import orders.services", "Layers of orders"),
    "a service imports a view": ("orders/services/checkout.py", "import orders.views", "Layers of orders"),
    "the order imports notifications": (
        "orders/services/checkout.py",
        "import orders.notifications.tasks",
        "Layers of orders",
    ),
    "charts of reports import views": (
        "orders/reports/charts.py",
        "import orders.reports.views",
        "Layers of orders.reports",
    ),
    "reports import simulations": (
        "orders/reports/figures.py",
        "import orders.reports.what_if.models",
        "Layers of orders.reports",
    ),
    "simulations' models import services": (
        "orders/reports/what_if/models.py",
        "import orders.reports.what_if.services",
        "Layers of orders.reports.what_if",
    ),
    "deliveries import notifications": (
        "orders/deliveries/services.py",
        "import orders.notifications.services",
        "Layers of orders",
    ),
    "customers import the order": ("orders/customers/services.py", "import orders.models", "Layers of orders"),
    "customers' models import services": (
        "orders/customers/models.py",
        "import orders.customers.services",
        "Layers of orders.customers",
    ),
    "deliveries' selectors import services": (
        "orders/deliveries/selectors.py",
        "import orders.deliveries.services",
        "Layers of orders.deliveries",
    ),
    "payments import notifications": (
        "orders/payments/services/refunds.py",
        "import orders.notifications.services",
        "Layers of orders",
    ),
    "payment gateways import services": (
        "orders/payments/gateways/stripe.py",
        "import orders.payments.services",
        "Layers of orders.payments",
    ),
    "receipts import services": (
        "orders/payments/receipts/document.py",
        "import orders.payments.services",
        "Layers of orders.payments",
    ),
    "notification rules import services": (
        "orders/notifications/rules.py",
        "import orders.notifications.services",
        "Layers of orders.notifications",
    ),
    "notifications import webhooks": (
        "orders/notifications/tasks.py",
        "import orders.notifications.webhooks.tasks",
        "Layers of orders.notifications",
    ),
    "webhooks' messages import services": (
        "orders/notifications/webhooks/messages.py",
        "import orders.notifications.webhooks.services",
        "Layers of orders.notifications.webhooks",
    ),
    "a timeline imports the admin": (
        "orders/backoffice/timeline.py",
        "import orders.backoffice.admin",
        "Layers of orders.backoffice",
    ),
    "the daily e-mail's document imports services": (
        "orders/reports/daily_email/document.py",
        "import orders.reports.daily_email.services",
        "Layers of orders.reports.daily_email",
    ),
    "kitchen models import promises": ("kitchen/models/kitchen.py", "import kitchen.promises", "Layers of kitchen"),
    "kitchen selectors import services": ("kitchen/selectors/board.py", "import kitchen.services", "Layers of kitchen"),
    "the kitchen's services import printing": (
        "kitchen/services/queue.py",
        "import kitchen.printing.services",
        "Layers of kitchen",
    ),
    "slips import the printer's services": (
        "kitchen/printing/slips.py",
        "import kitchen.printing.services",
        "Layers of kitchen.printing",
    ),
    "prices import the catalogue": ("menu/prices.py", "import menu.catalogue", "Layers of menu"),
    "fragments import selectors": ("menu/fragments.py", "import menu.selectors", "Layers of menu"),
    "pictures import services": ("menu/pictures.py", "import menu.services", "Layers of menu"),
    "menu selectors import services": ("menu/selectors.py", "import menu.services", "Layers of menu"),
    "illustrations import models": ("menu/illustrations/__init__.py", "import menu.models", "Layers of menu"),
    "menu models import illustrations": ("menu/models/items.py", "import menu.illustrations", "Layers of menu"),
}
# A module that belongs to no layer: the contracts are exhaustive.
STRAY = {
    "pizzeria": "Layers of pizzeria",
    "orders": "Layers of orders",
    "orders/customers": "Layers of orders.customers",
    "orders/deliveries": "Layers of orders.deliveries",
    "orders/payments": "Layers of orders.payments",
    "orders/notifications": "Layers of orders.notifications",
    "orders/notifications/webhooks": "Layers of orders.notifications.webhooks",
    "orders/reports/daily_email": "Layers of orders.reports.daily_email",
    "orders/backoffice": "Layers of orders.backoffice",
    "kitchen": "Layers of kitchen",
    "kitchen/printing": "Layers of kitchen.printing",
    "menu": "Layers of menu",
}


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the shop's code and contracts, to which a test adds imports."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_all_but_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _all_but_code(folder, names):
    return [name for name in names if name == "__pycache__" or ("." in name and not name.endswith(".py"))]


def broken_in(tree):
    """Check the contracts in a tree; return the names of those that are broken."""
    completed = subprocess.run(
        [sys.executable, "-c", "from importlinter import cli; cli.lint_imports_command()", "--no-cache"],
        cwd=tree,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = re.findall(r"^(.+) BROKEN\b", completed.stdout, re.MULTILINE)
    assert completed.returncode == (1 if broken else 0), completed.stdout + completed.stderr
    return broken


@pytest.fixture(scope="module")
def contracts():
    """Return the contracts by name."""
    configuration.configure()
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(options)
    return {
        each["name"]: registry.get_contract_class(each["type"])(each["name"], options.session_options, each)
        for each in options.contracts_options
    }


@pytest.fixture(scope="module")
def imports():
    """Return the graph of the code's imports, which takes seconds to build."""
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)


def module_of(file):
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_the_code_keeps_the_import_contracts(copy):
    assert broken_in(copy) == []


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED.values(), ids=PLANTED)
def test_an_import_contract_refuses_an_import_that_it_forbids(imports, contracts, file, line, contract):
    importer, imported = module_of(file), line.removeprefix("import ")
    assert (ROOT / file).is_file()
    assert imported in imports.modules
    imports.add_import(importer=importer, imported=imported)

    try:
        assert not contracts[contract].check(deepcopy(imports), verbose=False).kept
    finally:
        imports.remove_import(importer=importer, imported=imported)

    assert contracts[contract].check(deepcopy(imports), verbose=False).kept


def test_the_import_contracts_refuse_forbidden_imports_that_are_written_in_files(copy):
    for file, line, _contract in PLANTED.values():
        path = copy / file
        path.write_text(f"{path.read_text()}\n{line}\n")

    assert set(broken_in(copy)) == {contract for _file, _line, contract in PLANTED.values()}


def test_the_import_contracts_refuse_modules_that_belong_to_no_layer(copy):
    for package in STRAY:
        (copy / package / "stray.py").touch()

    assert set(broken_in(copy)) >= set(STRAY.values())


def test_every_import_contract_is_tested_with_an_import_that_it_forbids():
    shown = {contract for _file, _line, contract in PLANTED.values()}

    assert {each["name"] for each in CONTRACTS} == shown
