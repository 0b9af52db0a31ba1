"""The shop as an ASGI application: pages and streams from one process."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")

application = get_asgi_application()
