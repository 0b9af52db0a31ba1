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
from orders.reports.api import router as reports_router
from pizzeria.foundation.api_auth import ANY_TOKEN
from pizzeria.operations import problem_details
from pizzeria.operations.api_docs_page import ApiDocsPage
from pizzeria.operations.api_documentation import DocumentedApi
from pizzeria.operations.api_parameters import refuse_unknown_parameters
from pizzeria.users.api import router as users_router

DESCRIPTION = """
Other programs read and change the menu, order, cook and deliver here. They call the same commands and queries as the
shop's pages, so that an order costs the same and is refused with the same sentence.

- **Token**: each request has an access token of the sign-in server, `Authorization: Bearer …`. A program with an
  account of its own gets one by the client credentials grant; a program that acts for a person, by the authorization
  code flow. On this page, *Authorize* gets one. The menu can be read without a token. Each endpoint names the scopes of
  which one is required; `GET /api/me` shows those of a token.
- **Values**: amounts are strings (`"12.99"`), times have their zone. Unknown fields and parameters are invalid.
- **Errors** are `application/problem+json` with a stable `code`. An invalid body names all its invalid fields at
  once, in `errors`.
- **Keys**: a `POST` with an `Idempotency-Key` takes effect once, however often it is sent within 24 hours.
- **ETags**: `If-None-Match` is answered 304 while nothing has changed. A pizza is replaced with `If-Match` only while
  it is still the one that the client has seen.
- **Pages**: `next_cursor` of a page is `cursor` of the next.
- **Limits**: a user may send 600 requests a minute, unless the shop has set another number. `RateLimit-*` say what is
  left; then the answer is 429 with `Retry-After`. Each answer has an `X-Request-ID`, the client's own if it sent one.
"""

api = DocumentedApi(
    title="Pizzeria API",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=ANY_TOKEN,
    docs=ApiDocsPage(),
)
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
api.add_router("/reports", reports_router)

problem_details.install_exception_handlers(api)
