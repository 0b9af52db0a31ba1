"""The shop as an ASGI application: pages and event streams from one process."""

import os

import django

from pizzeria.live.handler import StreamHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")
django.setup(set_prefix=False)

application = StreamHandler()
