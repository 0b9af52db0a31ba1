"""
The API, made of the apps' routers. Closed by default: an endpoint without `auth` requires an access token of the realm.

Endpoints are documented at `/api/docs` and `/api/openapi.json`; error answers are made in
`pizzeria.operations.problem_details`.
"""

from kitchen.api import router as kitchen_router
from menu.api import router as menu_router
from orders.api import profile_router
from orders.api import router as orders_router
from orders.backoffice.api import router as backoffice_router
from orders.customers.api import router as customers_router
from orders.deliveries.api import router as deliveries_router
from orders.notifications.api import router as notifications_router
from orders.notifications.webhooks.api import router as webhooks_router
from pizzeria.foundation.api_auth import ANY_TOKEN
from pizzeria.operations import problem_details
from pizzeria.operations.api_docs_page import ApiDocsPage
from pizzeria.operations.api_documentation import DocumentedApi
from pizzeria.operations.api_parameters import refuse_unknown_parameters
from pizzeria.users.api import router as users_router

api = DocumentedApi(title="Pizzeria API", version="1", urls_namespace="api", auth=ANY_TOKEN, docs=ApiDocsPage())
refuse_unknown_parameters(api)
api.add_router("", users_router)
api.add_router("/menu", menu_router)
api.add_router("/orders", orders_router)
api.add_router("/orders", backoffice_router)
api.add_router("/kitchen", kitchen_router)
api.add_router("/delivery", deliveries_router)
api.add_router("/profile", customers_router)
api.add_router("/profile/me", profile_router)
api.add_router("/profile/me/notifications", notifications_router)
api.add_router("/webhooks", webhooks_router)

problem_details.install_exception_handlers(api)
