"""What `manage.py check` says of the notices' templates."""

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
    """The notices' templates, to be spoiled; gives their folder."""
    [folder] = settings.TEMPLATES[0]["DIRS"]
    notifications = shutil.copytree(Path(folder) / "notifications", tmp_path / "notifications")
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]} for engine in settings.TEMPLATES]
    return notifications


def spoil(template, old, new):
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new))


def said():
    return [error.msg for error in check_notification_templates()]


def test_is_nothing_while_all_is_well():
    assert check_notification_templates() == []


@pytest.mark.parametrize("kind", [*NotificationKind])
def test_names_a_missing_template(templates, kind):
    (templates / f"{kind}.txt").unlink()

    assert said() == [f"There is no template notifications/{kind}.txt."]


@pytest.mark.parametrize("letter", ["email.txt", "email.html"])
def test_names_a_missing_letter(templates, letter):
    (templates / letter).unlink()

    assert said() == [f"There is no template notifications/{letter}."]


@pytest.mark.parametrize("part", ["headline", "in_app", "email", "sms"])
def test_names_a_missing_part(templates, part):
    spoil(templates / "ready.txt", f"partialdef {part} ", f"partialdef x{part} ")

    assert said() == [f"There is no template notifications/ready.txt#{part}."]


@pytest.mark.parametrize("asking", ["{{ nmae }}", "{% if nmae %}Hi!{% endif %}", "{{ nmae|upper }}", "{{ name.nmae }}"])
def test_names_a_field_that_no_notice_knows(templates, asking):
    spoil(templates / "ready.txt", "Hi {{ name }}! Your order", f"Hi {asking}! Your order")

    assert said() == ["The template notifications/ready.txt#sms asks for nmae, which no notice knows."]


@pytest.mark.parametrize(("letter", "right"), [("email.txt", "line.size"), ("email.html", "line.added|join")])
def test_names_a_field_that_no_letter_knows_once(templates, letter, right):
    spoil(templates / letter, right, right.replace("line.", "line.un"))

    [sentence] = said()

    assert sentence.startswith(f"The template notifications/{letter} asks for un")


def test_names_a_template_that_cannot_be_read(templates):
    spoil(templates / "cancelled.txt", "{% endpartialdef %}", "{% endpartialdfe %}")

    [sentence] = said()

    assert sentence.startswith("The template notifications/cancelled.txt cannot be read: ")


def test_stops_whoever_starts_the_shop(templates):
    spoil(templates / "ready.txt", "{{ number }}", "{{ nubmer }}")

    with pytest.raises(SystemCheckError, match=r"notifications/ready\.txt#sms asks for nubmer"):
        call_command("check")


def test_is_asked_for_before_the_demo_opens_and_by_the_lint():
    assert preparation.TABLES[0] == "check"
    assert any(check.endswith("django check") for check in lint.CHECKS.values())


def test_leaves_the_log_as_it_was():
    log = logging.getLogger("django.template")
    before = (log.level, log.propagate, list(log.handlers))

    check_notification_templates()

    assert (log.level, log.propagate, log.handlers) == before
