"""
The API, joined of the apps' routers. Closed unless opened: an endpoint that says nothing wants a token of the realm.

What may be called is told at `/api/docs` and `/api/openapi.json`; how it says no is in
`pizzeria.operations.problem_details`.
"""

from django.conf import settings
from ninja import NinjaAPI

from pizzeria.foundation.api_auth import ANY_TOKEN
from pizzeria.operations import problem_details
from pizzeria.users.api import router as users_router

api = NinjaAPI(title=settings.SHOP_NAME, version="1", urls_namespace="api", auth=ANY_TOKEN)
api.add_router("", users_router)

problem_details.install_exception_handlers(api)
