"""Environment variables for the shop's own processes; `pizzeria/settings.py` names the variables that it reads."""

import os
import sys
from pathlib import Path

from pizzeria.devtools.state_dir import ROOT

LOCAL_HOSTS = "localhost,127.0.0.1"
SENDER = "Mario's Pizzeria <orders@pizzeria.example>"
MANAGER = "manager@pizzeria.example"


def shop_environment(
    *,
    secret_key: str,
    database_url: str,
    redis_url: str,
    origin: str,
    pooled: bool = False,
    mail_url: str = "",
    sms_url: str = "",
    message_store: str = "",
    token_keys: str = "",
    stripe_key: str = "",
    stripe_webhook_secret: str = "",
    stripe_url: str = "",
    webhook_networks: str = "",
    alerts_email_to: str = "",
) -> dict[str, str]:
    """
    Return this process's environment with the shop's variables replaced, so that a shop configured in the caller's
    shell is not used.

    :param message_store: the folder of the messages that were sent to ``mail_url`` and ``sms_url``
    :param token_keys: the file with the public keys of the demo's own access tokens
    :param stripe_url: the address of the stand-in for Stripe
    :param webhook_networks: to which webhooks can be sent beside the public internet
    :param alerts_email_to: who gets alerts by e-mail
    """
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "pizzeria.settings",
        "ENV_FILE": "",  # ignore the .env of a real shop in this checkout
        "PIZZERIA_DEMO": "1",
        "SECRET_KEY": secret_key,
        "DATABASE_URL": database_url,
        "DATABASE_POOL": "1" if pooled else "0",
        "REDIS_URL": redis_url,
        "ALLOWED_HOSTS": LOCAL_HOSTS,
        "ORIGIN": origin,
        "SHOP_ADDRESS": "Via Tuscolana 40, 00182 Roma",
        "SHOP_PHONE": "+39 06 5550100",
        "SHOP_ALERTS_EMAIL_TO": alerts_email_to,
        "MAIL_URL": mail_url,
        "MAIL_FROM": SENDER,
        "NOTIFY_SMS_URL": sms_url,
        "DEMO_MESSAGE_STORE": message_store,
        "DEMO_TOKEN_KEYS": token_keys,
        "STRIPE_SECRET_KEY": stripe_key,
        "STRIPE_WEBHOOK_SECRETS": stripe_webhook_secret,
        "STRIPE_API_BASE": stripe_url,
        "WEBHOOK_EXTRA_NETWORKS": webhook_networks,
    }
