"""The system check of the notification templates."""

import logging
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from orders.notifications.checks import check_notification_templates
from orders.notifications.models import NotificationKind
from pizzeria.devtools import lint, preparation


@pytest.fixture
def templates(settings, tmp_path):
    """Copy the notification templates, so that a test may break them; return their folder."""
    [folder] = settings.TEMPLATES[0]["DIRS"]
    notifications = shutil.copytree(Path(folder) / "notifications", tmp_path / "notifications")
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]} for engine in settings.TEMPLATES]
    return notifications


def replace_text(template, old, new):
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new))


def check_messages():
    return [error.msg for error in check_notification_templates()]


def test_the_notification_templates_pass_the_system_check():
    assert check_notification_templates() == []


@pytest.mark.parametrize("kind", [*NotificationKind])
def test_the_system_check_reports_a_missing_template(templates, kind):
    (templates / f"{kind}.txt").unlink()

    assert check_messages() == [f"There is no template notifications/{kind}.txt."]


@pytest.mark.parametrize("layout", ["email.txt", "email.html"])
def test_the_system_check_reports_a_missing_email_layout(templates, layout):
    (templates / layout).unlink()

    assert check_messages() == [f"There is no template notifications/{layout}."]


@pytest.mark.parametrize("part", ["headline", "in_app", "email", "sms"])
def test_the_system_check_reports_a_missing_part_of_a_template(templates, part):
    replace_text(templates / "ready.txt", f"partialdef {part} ", f"partialdef x{part} ")

    assert check_messages() == [f"There is no template notifications/ready.txt#{part}."]


@pytest.mark.parametrize(
    "placeholder", ["{{ nmae }}", "{% if nmae %}Hi!{% endif %}", "{{ nmae|upper }}", "{{ greeting.nmae }}"]
)
def test_the_system_check_reports_an_unknown_field_in_a_template(templates, placeholder):
    replace_text(templates / "ready.txt", "{{ greeting }} Your order", f"Hi {placeholder}! Your order")

    assert check_messages() == ["The template notifications/ready.txt#sms asks for nmae, which no notification has."]


@pytest.mark.parametrize(("layout", "field"), [("email.txt", "line.size"), ("email.html", "line.added|join")])
def test_the_system_check_reports_an_unknown_field_in_an_email_layout_once(templates, layout, field):
    replace_text(templates / layout, field, field.replace("line.", "line.un"))

    [message] = check_messages()

    assert message.startswith(f"The template notifications/{layout} asks for un")


def test_the_system_check_reports_a_template_with_a_syntax_error(templates):
    replace_text(templates / "cancelled.txt", "{% endpartialdef %}", "{% endpartialdfe %}")

    [message] = check_messages()

    assert message.startswith("The template notifications/cancelled.txt cannot be read: ")


def test_the_check_command_fails_if_a_template_uses_an_unknown_field(templates):
    replace_text(templates / "ready.txt", "{{ number }}", "{{ nubmer }}")

    with pytest.raises(SystemCheckError, match=r"notifications/ready\.txt#sms asks for nubmer"):
        call_command("check")


def test_the_system_check_runs_before_the_demo_opens_and_in_the_lint():
    assert preparation.SCHEMA_COMMANDS[0] == "check"
    assert any(check.endswith("django check") for check in lint.CHECKS.values())


def test_the_system_check_leaves_the_template_logger_as_it_was():
    log = logging.getLogger("django.template")
    before = (log.level, log.propagate, list(log.handlers))

    check_notification_templates()

    assert (log.level, log.propagate, log.handlers) == before
