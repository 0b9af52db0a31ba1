"""The shop as a WSGI application: pages, admin and API."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")

application = get_wsgi_application()
