"""`python -m tests.load`: set up the environment of a real shop, with a sign-in server; then run the benchmark."""

import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from tests.load import production
from tests.users import fake_oidc_provider

if __name__ == "__main__":
    with TemporaryDirectory() as folder, fake_oidc_provider.running() as realm:
        realm.url = realm.url.replace("http:", "https:")  # a real shop takes no other issuer: see `settings`
        os.environ |= production.variables(issuer=realm.issuer, folder=Path(folder))
        django.setup()
        main = import_module("tests.load.bench").main  # it imports apps, which have to be set up before
        sys.exit(main(sys.argv[1:], realm, Path(folder)))
