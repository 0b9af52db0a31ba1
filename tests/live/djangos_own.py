"""The shop as Django would serve it, for comparison."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
