"""
The shop's settings, read top to bottom.

Everything that differs between installations comes from the environment (.env.example lists it). All of it is read in
the first section, by type; all missing or invalid variables are reported together, before anything starts.
"""

import os
import re
from collections.abc import Callable, Iterable
from datetime import time
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import django_stubs_ext
from babel.numbers import get_currency_precision, list_currencies
from celery.schedules import crontab
from django.http.request import validate_host
from django.utils.csp import CSP
from environs import Env, EnvError, ValidationError, validate
from kombu import Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from pizzeria.foundation import hosts
from pizzeria.operations import mail_url

django_stubs_ext.monkeypatch()  # before any app is loaded: allows ModelAdmin[Order] and the like

ROOT = Path(__file__).resolve().parent.parent

# --- The environment ---------------------------------------------------------------------------------------------

A_TIME_ZONE = validate.OneOf(available_timezones(), error="No such time zone.")
A_CURRENCY = validate.OneOf(
    [code for code in list_currencies() if get_currency_precision(code) in (0, 2)],
    error="No such currency, or one of thousandths: amounts are stored with two decimals.",
)
AN_EMAIL = r"[^<>@\s]+@[^<>@\s.]+(\.[^<>@\s.]+)+"  # at a domain, not at a machine
A_SENDER = validate.Regexp(rf"([^<>\r\n]+ <{AN_EMAIL}>|{AN_EMAIL})\Z", error="Not an e-mail address.")
A_PROVIDER = validate.Regexp(r"([a-z][a-z0-9]*://[^\s/].*)?\Z", error="Not an address such as twilio://…")
A_REDIS = validate.Regexp(r"rediss?://[^\s/]+(/\S*)?\Z", error="Not an address such as redis://host:6379/0.")
A_STRIPE_KEY = validate.Regexp(r"((sk|rk)_(live|test)_\S+)?\Z", error="Not a secret or restricted key of Stripe.")
A_WEBHOOK_SECRET = validate.Regexp(r"whsec_\S+\Z", error="Not the signing secret of a webhook of Stripe.")
A_LOOPBACK_ADDRESS = validate.Regexp(r"(http://127\.0\.0\.1:\d+)?\Z", error="Not an address on this machine.")
A_SECRET = validate.Length(min=50)
HIGHEST_PORT = 65_535
A_HOST = validate.Regexp(
    r"(\.?[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\])\Z", error="Not a host name; * would be any host."
)


def every(validator: Callable[[Any], object]) -> Callable[[Iterable[Any]], None]:
    """Return a validator of lists: each value is valid."""

    def validate_each(values: Iterable[Any]) -> None:
        for value in values:
            validator(value)

    return validate_each


def a_network(text: str) -> None:
    """Validate a network in CIDR notation."""
    try:
        ip_network(text)
    except ValueError:
        raise ValidationError("Not a network such as 10.0.0.0/8.") from None


def a_printer(text: str) -> None:
    """Validate a host and a port: printer.local:9100, 192.168.1.20:9100 or [fd00::20]:9100."""
    matched = re.fullmatch(r"(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", text)
    if text and not (matched and 1 <= int(matched[1]) <= HIGHEST_PORT):
        raise ValidationError("Not a host and a port such as 192.168.1.20:9100.")


env = Env(eager=False)  # collects all errors; seal() raises them together
env.add_parser("mailers", mail_url.parse_mail_url)
if env_file := os.environ.get("ENV_FILE", str(ROOT / ".env")):  # empty: no file, only the environment
    env.read_env(env_file, recurse=False)

SHOP_DEMO: bool = env.bool("PIZZERIA_DEMO", False)  # the demo's users, their sign-in hints, plain http
# Only the demo goes over plain http, and a browser on the same machine, which trusts localhost as it trusts https.
SCHEME = "https?" if SHOP_DEMO else "https"
AN_ORIGIN = validate.Regexp(
    rf"({SCHEME}://[a-z0-9-]+(\.[a-z0-9-]+)*|http://localhost)(:\d+)?\Z",
    error="Not an origin such as https://pizzeria.example: in lower case, and without a slash at its end.",
)
AN_ISSUER = validate.Regexp(
    rf"({SCHEME}://[a-zA-Z0-9.-]+(:\d+)?(/[^\s?#]*)?)?\Z",
    error="Not an address such as https://sso.example/realms/shop.",
)

SECRET_KEY: str = env.str("SECRET_KEY", validate=A_SECRET)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [], subcast=str.strip, validate=every(A_SECRET))
DATABASE = env.dj_db_url("DATABASE_URL")
DATABASE_POOL: bool = env.bool("DATABASE_POOL", False)  # for an ASGI process; else each thread keeps its connection
REDIS_URL: str = env.str("REDIS_URL", validate=A_REDIS)
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", subcast=str.strip, validate=[validate.Length(min=1), every(A_HOST)]
)
SHOP_ORIGIN: str = env.str("ORIGIN", validate=AN_ORIGIN)  # the shop's public address
SECURE_PROXY: bool = env.bool("BEHIND_PROXY", True)  # TLS ends at a proxy that sets X-Forwarded-Proto
HSTS_SUBDOMAINS: bool = env.bool("HSTS_SUBDOMAINS", True)  # browsers use https for the names below ORIGIN's, too
HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", HSTS_SUBDOMAINS)  # ... before their first visit
STATIC_FOLDER: str = env.str("STATIC_FOLDER", str(ROOT / ".collected"))
METRICS_FOLDER: str = env.str("METRICS_FOLDER", "")  # what `make metrics` serves is counted there; empty: nothing is
DEMO_MESSAGE_STORE: str = env.str("DEMO_MESSAGE_STORE", "")  # folder of the messages that the demo has sent
DEMO_HISTORY_DAYS: int = env.int("DEMO_HISTORY_DAYS", 365, validate=validate.Range(min=1))  # behind a new demo
DEMO_TOKEN_KEYS: str = env.str("DEMO_TOKEN_KEYS", "")  # JWK set of the demo's own access tokens; empty: it has none

MAILERS: mail_url.Mailers = env.mailers("MAIL_URL", "")  # empty: the shop sends no e-mail
DEFAULT_FROM_EMAIL: str = env.str("MAIL_FROM", validate=A_SENDER) if MAILERS else ""
NOTIFY_SMS_URL: str = env.str("NOTIFY_SMS_URL", "", validate=A_PROVIDER)  # empty: the shop sends no SMS

KITCHEN_PRINTER: str = env.str("KITCHEN_PRINTER", "", validate=a_printer)  # empty: browsers print tickets
KITCHEN_PRINTER_COLUMNS: int = env.int("KITCHEN_PRINTER_COLUMNS", 42, validate=validate.OneOf([32, 42, 48]))
KITCHEN_PRINTER_CONFIRMS: bool = env.bool("KITCHEN_PRINTER_CONFIRMS", True)  # it answers status commands

# Empty: no cards, cash only. A shop in the demo talks to the demo's stand-in for Stripe, at STRIPE_API_BASE.
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", "", validate=A_STRIPE_KEY)
STRIPE_WEBHOOK_SECRETS: list[str] = env.list(
    "STRIPE_WEBHOOK_SECRETS", [], subcast=str.strip, validate=every(A_WEBHOOK_SECRET)
)  # two: one replaces another
STRIPE_API_BASE: str = env.str("STRIPE_API_BASE", "", validate=A_LOOPBACK_ADDRESS)

# Networks that webhooks reach beside the public internet, also by plain http: for receivers on a developer's machine.
EXTRA_NETWORKS: list[str] = env.list("WEBHOOK_EXTRA_NETWORKS", [], subcast=str.strip, validate=every(a_network))

OIDC_ISSUER: str = (env.str("OIDC_ISSUER", "", validate=AN_ISSUER) or "").rstrip("/")  # the realm's; empty: no Keycloak
OIDC_RP_CLIENT_ID: str = env.str("OIDC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET: str = env.str("OIDC_CLIENT_SECRET", "")
# Accepted values of an API token's `aud` or `azp`; empty: our client's.
OIDC_AUDIENCES: list[str] = env.list("OIDC_AUDIENCES", [], subcast=str.strip)
# The public client by which people sign in on /api/docs to try endpoints; empty: they paste a token.
OIDC_API_DOCS_CLIENT_ID: str = env.str("OIDC_API_DOCS_CLIENT_ID", "api-docs")
OIDC_RECHECK_SECONDS: int = env.int("OIDC_RECHECK_SECONDS", 300, validate=validate.Range(min=1, max=300))

SHOP_TIME_ZONE: str = env.str("SHOP_TIME_ZONE", "Europe/Rome", validate=A_TIME_ZONE)
SHOP_DAY_ENDS = env.time("SHOP_DAY_ENDS", time(4, 0))  # local time: before it, the business date is still yesterday's
SHOP_CURRENCY: str = env.str("SHOP_CURRENCY", "EUR", validate=A_CURRENCY)
SHOP_COUNTRY: str = env.str("SHOP_COUNTRY", "IT", validate=validate.Length(equal=2))
SHOP_TAX_PERCENT = env.decimal("SHOP_TAX_PERCENT", Decimal(10), validate=validate.Range(min=0, max=100))
# By kind of item; without a rate of their own, drinks and deliveries are taxed as food is.
SHOP_TAX_PERCENTS: dict[str, Decimal] = {
    "food": SHOP_TAX_PERCENT,
    "drink": env.decimal("SHOP_TAX_PERCENT_DRINKS", SHOP_TAX_PERCENT, validate=validate.Range(min=0, max=100)),
    "delivery": env.decimal("SHOP_TAX_PERCENT_DELIVERY", SHOP_TAX_PERCENT, validate=validate.Range(min=0, max=100)),
}
SHOP_TAX_INCLUDED: bool = env.bool("SHOP_TAX_INCLUDED", True)
# The countries beside its own whose phone numbers the shop calls and texts: by default the European Economic Area,
# Switzerland and the United Kingdom. Empty: all.
SHOP_PHONE_REGIONS: list[str] = env.list(
    "SHOP_PHONE_REGIONS",
    [
        *("AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS"),
        *("IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "SM", "VA"),
        *("AX", "GG", "IM", "JE"),  # regions of their own: Åland, Guernsey, the Isle of Man, Jersey
    ],
    subcast=lambda code: code.strip().upper(),
)
SHOP_SMS_PER_DAY: int = env.int("SHOP_SMS_PER_DAY", 1000, validate=validate.Range(min=0))  # 0: no limit
SHOP_SMS_PER_NUMBER_AND_DAY: int = env.int("SHOP_SMS_PER_NUMBER_AND_DAY", 12, validate=validate.Range(min=0))
# How often within an hour, before the shop answers 429; 0: any number.
SHOP_CHECKOUTS_PER_HOUR: int = env.int("SHOP_CHECKOUTS_PER_HOUR", 300, validate=validate.Range(min=0))  # by one client
SHOP_CODES_PER_HOUR: int = env.int("SHOP_CODES_PER_HOUR", 60, validate=validate.Range(min=0))  # for one client
SHOP_CODES_PER_NUMBER_AND_HOUR: int = env.int("SHOP_CODES_PER_NUMBER_AND_HOUR", 3, validate=validate.Range(min=0))
SHOP_COUPONS_PER_HOUR: int = env.int("SHOP_COUPONS_PER_HOUR", 30, validate=validate.Range(min=0))  # by one client
# How often within a minute, before the API answers 429; 0: any number. The address counts for all users behind it.
SHOP_API_REQUESTS_PER_MINUTE: int = env.int("SHOP_API_REQUESTS_PER_MINUTE", 600, validate=validate.Range(min=0))
SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS: int = env.int(
    "SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS", 1200, validate=validate.Range(min=0)
)
# How long an order by card holds its place in the kitchen while it is paid.
SHOP_PAYMENT_MINUTES: int = env.int("SHOP_PAYMENT_MINUTES", 10, validate=validate.Range(min=3, max=30))
OFFLINE_BOARD: bool = env.bool("OFFLINE_BOARD", True)  # tablets keep the board for reloads without a connection
SHOP_UNDO_SECONDS: int = env.int("SHOP_UNDO_SECONDS", 10, validate=validate.Range(min=0, max=60))  # 0: no undo
# What `set_up_shop` stores once; managers change it in the admin (pizzeria.foundation.shop).
SHOP_INITIAL: dict[str, Any] = {
    "name": env.str("SHOP_NAME", "Mario's Pizzeria"),
    "address": env.str("SHOP_ADDRESS", ""),
    "phone": env.str("SHOP_PHONE", ""),
    "further_pizza_minutes": env.int("SHOP_FURTHER_PIZZA_MINUTES", 2, validate=validate.Range(min=0)),
    "handing_over_minutes": env.int("SHOP_HANDING_OVER_MINUTES", 2, validate=validate.Range(min=0)),
    "driving_minutes": env.int("SHOP_DRIVING_MINUTES", 20, validate=validate.Range(min=0)),
    "promise_window_minutes": env.int("SHOP_PROMISE_WINDOW_MINUTES", 10, validate=validate.Range(min=1)),
    # Of the limits, 0 is none.
    "pizzas_per_order": env.int("SHOP_PIZZAS_PER_ORDER", 30, validate=validate.Range(min=0)),
    "total_per_order": env.decimal(
        "SHOP_TOTAL_PER_ORDER",
        Decimal(50_000).scaleb(-get_currency_precision(SHOP_CURRENCY)),  # of the currency's minor units
        validate=validate.Range(min=0),
    ),
    "open_orders_per_phone": env.int("SHOP_OPEN_ORDERS_PER_PHONE", 3, validate=validate.Range(min=0)),
    "guest_share_percent": env.int("SHOP_GUEST_SHARE_PERCENT", 25, validate=validate.Range(min=0, max=100)),
    "every_guest_proves_phone": env.bool("SHOP_EVERY_GUEST_PROVES_PHONE", False),
    "refund_limit": env.decimal(
        "SHOP_REFUND_LIMIT",
        Decimal(5_000).scaleb(-get_currency_precision(SHOP_CURRENCY)),  # of the currency's minor units
        validate=validate.Range(min=0),
    ),
    "waiting_minutes": env.int("SHOP_WAITING_MINUTES", 15, validate=validate.Range(min=1)),
    "vip_orders": env.int("SHOP_VIP_ORDERS", 10, validate=validate.Range(min=1)),
    "daily_email_to": env.str("SHOP_DAILY_EMAIL_TO", ""),
    "alerts_email_to": env.str("SHOP_ALERTS_EMAIL_TO", ""),
}

env.seal()
WEBHOOK_EXTRA_NETWORKS: list[IPv4Network | IPv6Network] = [ip_network(text) for text in EXTRA_NETWORKS]
if HSTS_PRELOAD and not HSTS_SUBDOMAINS:
    raise EnvError("HSTS_PRELOAD comes with HSTS_SUBDOMAINS: no list of hosts to preload takes the one alone.")
if OIDC_ISSUER and not (OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET):
    raise EnvError("OIDC_ISSUER comes with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
if STRIPE_API_BASE and not SHOP_DEMO:
    raise EnvError("STRIPE_API_BASE is for the demo: a real shop talks to Stripe itself.")
if SHOP_DEMO and "_live_" in STRIPE_SECRET_KEY:
    raise EnvError("STRIPE_SECRET_KEY is a live key: the demo takes no money.")
if DATABASE["ENGINE"] != "django.db.backends.postgresql":
    raise EnvError(
        "DATABASE_URL is not an address of PostgreSQL, such as postgresql://user:password@host:5432/database."
    )
if not validate_host(urlsplit(SHOP_ORIGIN).hostname or "", ALLOWED_HOSTS):
    raise EnvError("ALLOWED_HOSTS lacks the host of ORIGIN.")
SHOP_HOSTS = [urlsplit(SHOP_ORIGIN).hostname or "", *ALLOWED_HOSTS]
if SHOP_DEMO and not all(map(hosts.is_private, SHOP_HOSTS)):
    raise EnvError(
        "PIZZERIA_DEMO is not for the public: the hosts in ORIGIN and ALLOWED_HOSTS must be this machine (localhost), "
        "addresses of a private network, or end in .local."
    )
# The demo's users have a known password there, and a random one in a network that others can use.
SHOP_DEMO_ON_LOOPBACK: bool = SHOP_DEMO and all(map(hosts.is_loopback, SHOP_HOSTS))
if DEMO_TOKEN_KEYS and (OIDC_ISSUER or not SHOP_DEMO_ON_LOOPBACK):
    raise EnvError("DEMO_TOKEN_KEYS is for the demo on this machine alone, without a sign-in server.")

# --- Apps, middleware, templates ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "pizzeria.apps.ShopAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # serves the scripts of its API docs page itself, so that no other host has to
    "django_structlog",
    "phonenumber_field",
    "allauth.account",  # without "allauth" itself: its templates are never shown
    "allauth.mfa",
    "orders",
    "orders.customers",
    "orders.payments",
    "orders.notifications",
    "orders.notifications.webhooks",
    "orders.reports",
    "orders.reports.daily_email",
    "orders.reports.what_if",
    "orders.backoffice",
    "kitchen",
    "kitchen.printing",
    "menu",
    "pizzeria.apps.PizzeriaConfig",
    "pizzeria.users",
    "pizzeria.operations",
    "pizzeria.live",
    "pizzeria.foundation.alerts",
    "pizzeria.foundation.attempts",
    "pizzeria.foundation.events",
    "pizzeria.foundation.idempotency",
    "pizzeria.foundation.shop",
    *(["pizzeria.demo"] if SHOP_DEMO else []),
]

MIDDLEWARE = [
    # The headers first: the answers of the others have them too, such as the redirect to https and static files.
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "pizzeria.operations.static_files.StaticFilesMiddleware",
    "pizzeria.operations.cache_control.NeverCacheMiddleware",
    "pizzeria.operations.health.HealthMiddleware",
    "pizzeria.operations.logs.RequestLogMiddleware",
    "pizzeria.operations.api_middleware.ApiMiddleware",
    "pizzeria.users.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pizzeria.users.middleware.SessionRevalidationMiddleware",
    "pizzeria.users.middleware.ActorMiddleware",
    "pizzeria.users.middleware.AccessDeniedLogMiddleware",
    "pizzeria.users.middleware.StepUpMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pizzeria.users.middleware.SignInRedirectMiddleware",
    "pizzeria.operations.method_not_allowed.MethodNotAllowedPageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pizzeria.context_processors.header",
                "pizzeria.context_processors.shop",
                "pizzeria.context_processors.quote",
            ],
        },
    },
    {
        "NAME": "plain",  # SMS and text e-mails: their values are not HTML, so they are not escaped
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {"autoescape": False},
    },
]

ROOT_URLCONF = "pizzeria.urls"
ASGI_APPLICATION = "pizzeria.asgi.application"
WSGI_APPLICATION = "pizzeria.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- PostgreSQL --------------------------------------------------------------------------------------------------

DATABASES = {
    "default": {
        **DATABASE,
        "ENGINE": "pizzeria.operations.postgresql",
        "ATOMIC_REQUESTS": False,  # each command is a transaction; a request is not
        "CONN_MAX_AGE": 0 if DATABASE_POOL else 600,
        "CONN_HEALTH_CHECKS": True,  # of the pool's connections, too: a dead one is replaced before a request gets it
        "OPTIONS": {
            "connect_timeout": 2,
            **DATABASE.get("OPTIONS", {}),  # sslmode and the like, from the URL
            # A second request with the same form waits up to 5 s for the first; a dead client's locks are freed in 1 s.
            # Compiling a long query of a report takes longer than running it: no just-in-time compilation.
            "options": "-c lock_timeout=5s -c client_connection_check_interval=1s -c jit=off",
            **({"pool": {"min_size": 2, "max_size": 16, "timeout": 2}} if DATABASE_POOL else {}),
        },
    },
}

# --- Redis: cache, sessions, broker ------------------------------------------------------------------------------

REDIS_CACHE = {
    "LOCATION": REDIS_URL,
    "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
}
CACHES = {
    "default": {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "KEY_PREFIX": "pizzeria", **REDIS_CACHE},
    "sessions": {"BACKEND": "pizzeria.operations.cache.SessionCache", "KEY_PREFIX": "sessions", **REDIS_CACHE},
    # Sign-in attempts are counted here, in the database, so that rate limits hold while Redis is down.
    "limits": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "users_limit",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
SESSION_ENGINE = "pizzeria.users.session_store"
SESSION_CACHE_ALIAS = "sessions"

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "pizzeria.operations.celery_transport:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.5,
    "retry_on_timeout": False,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "visibility_timeout": 600,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the worker waits for its broker without limit
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # an unavailable broker must not delay a request; the outbox keeps the event
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 1_000_000  # Celery would connect to the database anew for each task: see `pizzeria.celery`
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 60
# A queue per notification channel, one for payments, one for webhooks, and one for the printer: a provider, receiver or
# printer that does not answer holds up only the worker of its own queue.
CELERY_TASK_QUEUES = [
    Queue(name, routing_key=name) for name in ("celery", "email", "sms", "payments", "webhooks", "printing")
]
CELERY_TASK_ROUTES = {
    "orders.payments.tasks.*": {"queue": "payments"},
    "orders.notifications.webhooks.tasks.*": {"queue": "webhooks"},
    "kitchen.printing.tasks.*": {"queue": "printing"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # a worker logs as every other process of the shop does
CELERY_TIMEZONE = "UTC"  # local time skips one hour and repeats one every year
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: the schedule needs no file that could fail
# A task not started before the next one of its kind is due expires: after an outage, a worker runs one of each kind.
CELERY_BEAT_SCHEDULE = {
    "relay-sweep": {
        "task": "pizzeria.foundation.events.tasks.sweep",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "send-due-notifications": {
        "task": "orders.notifications.tasks.queue_due_notifications",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "watch-boards": {
        "task": "kitchen.tasks.watch_boards",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "send-due-alerts": {
        "task": "pizzeria.foundation.alerts.tasks.queue_alert_emails",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "sweep-payments": {
        "task": "orders.payments.tasks.sweep",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "send-due-webhooks": {
        "task": "orders.notifications.webhooks.tasks.queue_due_webhooks",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "reconcile-payments": {
        "task": "orders.payments.tasks.reconcile",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "join-due-tickets": {
        "task": "kitchen.tasks.join_due_tickets",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "recalculate-promises": {
        "task": "kitchen.tasks.recalculate_promises",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "run-due-simulations": {
        "task": "orders.reports.what_if.tasks.queue_due_runs",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "fold-scheduled-prices": {
        "task": "menu.tasks.fold_scheduled_prices",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "rebuild-reports": {
        "task": "orders.reports.tasks.rebuild_due_days",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "compare-rollups": {"task": "orders.reports.tasks.compare_rollups", "schedule": crontab(hour="4", minute="50")},
    "daily-emails": {
        "task": "orders.reports.daily_email.tasks.queue_daily_emails",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "learn-cooking-minutes": {"task": "orders.tasks.learn_cooking_minutes", "schedule": crontab(hour="4", minute="10")},
    "check-prices": {"task": "orders.tasks.check_prices", "schedule": crontab(hour="4", minute="30")},
    "purge-expired": {"task": "pizzeria.tasks.purge_expired", "schedule": crontab(hour="3", minute="30")},
}
if KITCHEN_PRINTER:  # without one, no worker has to serve its queue
    CELERY_BEAT_SCHEDULE["print-due-tickets"] = {
        "task": "kitchen.printing.tasks.queue_due_prints",
        "schedule": 10,
        "options": {"expires": 10},
    }

# --- Users -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    # The demo's own sign-in form, in place of a sign-in server: only in the demo and only while none is configured.
    *(["pizzeria.users.demo_backend.DemoBackend"] if SHOP_DEMO and not OIDC_ISSUER else []),
    "pizzeria.users.keycloak.backend.KeycloakBackend",
    "pizzeria.users.local_accounts.backend.AccountBackend",
]
OIDC_ORIGIN = "/".join(OIDC_ISSUER.split("/")[:3])
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{OIDC_ISSUER}/protocol/openid-connect/auth"
OIDC_OP_TOKEN_ENDPOINT = f"{OIDC_ISSUER}/protocol/openid-connect/token"
OIDC_OP_USER_ENDPOINT = f"{OIDC_ISSUER}/protocol/openid-connect/userinfo"
OIDC_OP_JWKS_ENDPOINT = f"{OIDC_ISSUER}/protocol/openid-connect/certs"
OIDC_OP_LOGOUT_ENDPOINT = f"{OIDC_ISSUER}/protocol/openid-connect/logout"
OIDC_AUTHENTICATION_CALLBACK_URL = "users:keycloak_callback"
OIDC_RP_SCOPES = "openid profile email"
OIDC_USE_PKCE = True
LOGIN_URL = "users:sign_in"
LOGIN_REDIRECT_URL = "users:landing"
LOGOUT_REDIRECT_URL = "orders:home"
FORM_RENDERER = "pizzeria.foundation.forms.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # needs no cookie of its own
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SESSION_COOKIE_AGE = 14 * 24 * 3600

ACCOUNT_ADAPTER = "pizzeria.users.local_accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None  # allauth would derive one from user input; the model creates ours
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # allauth has its own table; User.email is the sign-in server's claim
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes, not links: a link holds a primary key, may be opened by a program that reads the mail, needs the same browser.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced once the new one is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    name: f"pizzeria.users.local_accounts.forms.{form}"
    for name, form in {
        "signup": "SignUpForm",
        "login": "SignInForm",
        "confirm_email_verification_code": "ConfirmEmailForm",
        "reset_password": "PasswordResetForm",
        "confirm_password_reset_code": "ConfirmPasswordResetForm",
        "reset_password_from_key": "NewPasswordForm",
        "change_password": "ChangePasswordForm",
        "add_email": "EmailForm",
        "reauthenticate": "ReauthenticateForm",
    }.items()
}
# Counted per client IP address (ip), per typed value (key) and per signed-in user (user).
ACCOUNT_RATE_LIMITS = {
    "keycloak": "30/m/ip",  # each request stores a session row
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/h/ip",
    "confirm_email": "1/10s/key,10/h/key",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
# The client address is the one added by the last proxy; addresses before it, which the client can set, are ignored.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_PROXY and not SHOP_DEMO else 0
MFA_ADAPTER = "pizzeria.users.local_accounts.adapter.PasskeyAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no session begins with an unverified address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SHOP_DEMO  # http://localhost, which browsers trust like https
MFA_FORMS = {
    "add_webauthn": "pizzeria.users.local_accounts.forms.AddPasskeyForm",
    "login_webauthn": "pizzeria.users.local_accounts.forms.PasskeySignInForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}

# --- Security; only the demo allows plain http --------------------------------------------------------------------

DEBUG = False
SECURE_SSL_REDIRECT = not SHOP_DEMO
# Probes come from inside, without the proxy; an API client that sends its token over plain http gets an error for it.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^api(/|$)"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_PROXY and not SHOP_DEMO else None
SECURE_HSTS_SECONDS = 0 if SHOP_DEMO else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS and not SHOP_DEMO
SECURE_HSTS_PRELOAD = HSTS_PRELOAD and not SHOP_DEMO
SECURE_REFERRER_POLICY = "same-origin"  # a guest's link must not reach other sites as a referrer
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SHOP_DEMO
SESSION_COOKIE_NAME = "session" if SHOP_DEMO else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if SHOP_DEMO else "__Host-csrf"
CSRF_COOKIE_HTTPONLY = True  # forms contain the token; no script reads the cookie
CSRF_TRUSTED_ORIGINS = [SHOP_ORIGIN]
CSRF_FAILURE_VIEW = "pizzeria.users.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.NONE],  # but on the kitchen's board
    # Sign-out is a form whose answer redirects to the sign-in server.
    "form-action": [CSP.SELF, *([OIDC_ORIGIN] if OIDC_ISSUER else [])],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# --- Language, time, static files --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "pizzeria.formats"
TIME_ZONE = SHOP_TIME_ZONE
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = SHOP_COUNTRY
PHONENUMBER_DB_FORMAT = "E164"

SILENCED_SYSTEM_CHECKS = ["mail.W001"]  # e-mail is optional; code that sends it checks first

STATIC_URL = "static/"
STATIC_ROOT = None if SHOP_DEMO else STATIC_FOLDER
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if SHOP_DEMO
        else "pizzeria.operations.stylesheets.BundledStaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False  # a file missing from the manifest must not break the error page
WHITENOISE_USE_FINDERS = SHOP_DEMO  # the demo serves static/ directly, without collectstatic

# --- Logs: one line per event, as data, without personal data -----------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "pizzeria.operations.logs.LineFormatter", "human": SHOP_DEMO}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "lines"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # refusals are logged by our middleware, without a traceback
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # Has numbers and texts in it. The sender of an SMS reads the outcome from this logger, so it stays enabled.
        "apprise": {"handlers": ["nowhere"], "level": "DEBUG", "propagate": False},
        "urllib3": {"handlers": ["nowhere"], "propagate": False},  # URLs with telephone numbers in them
    },
}
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # binding it would load the user on every request
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # of a plain alphabet: `RequestLogMiddleware` replaces others
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # an IP address is personal data
