"""The environment of the benchmark's processes: that of a real shop, behind a proxy, instead of the demo's."""

from pathlib import Path

from tests.users.fake_oidc_provider import CLIENT

# What a proxy before the shop adds to a request.
PROXY_HEADERS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
ORIGIN = "https://localhost"

# Limits count requests and orders, but refuse none: there is one client, and it never stops.
HIGH = "1000000"
LIMITS_ON = dict.fromkeys(
    (
        "SHOP_API_REQUESTS_PER_MINUTE",
        "SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS",
        "SHOP_CHECKOUTS_PER_HOUR",
        "SHOP_CODES_PER_HOUR",
        "SHOP_SMS_PER_DAY",
        "SHOP_SMS_PER_NUMBER_AND_DAY",
    ),
    HIGH,
)


def variables(*, issuer: str, folder: Path) -> dict[str, str]:
    """
    Return the environment variables of a real shop, beside those of the servers.

    :param issuer: of the sign-in server
    :param folder: for collected static files
    """
    return {
        "PIZZERIA_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "tests.load.settings",
        # `make` passes DJANGO_SETTINGS_MODULE on to nobody, so that gunicorn sets it.
        "GUNICORN_CMD_ARGS": "--env DJANGO_SETTINGS_MODULE=tests.load.settings",
        "WEB_CONCURRENCY": "2",  # processes; gunicorn reads it
        "ORIGIN": ORIGIN,
        "STATIC_FOLDER": str(folder / "static"),
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": "of no use here",
        **dict.fromkeys(LIMITS_ON, "0"),
    }
