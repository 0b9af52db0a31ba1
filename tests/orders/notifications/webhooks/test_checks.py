"""The system check of a deployment: no extra networks."""

from ipaddress import ip_network

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError


def test_extra_networks_are_an_error_of_a_deployment_and_no_other_check_reports_them(settings):
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]

    assert [message.id for message in run_checks() if message.id.startswith("webhooks")] == []
    with pytest.raises(SystemCheckError, match=r"webhooks\.E001"):
        call_command("check", deploy=True)


def test_without_extra_networks_the_check_reports_nothing(settings):
    settings.WEBHOOK_EXTRA_NETWORKS = []

    found = run_checks(include_deployment_checks=True)

    assert [message.id for message in found if message.id.startswith("webhooks")] == []
