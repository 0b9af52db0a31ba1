"""The shop with Django's own ASGI handler, as the control of a test."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
