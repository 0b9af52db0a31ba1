"""A simulated evening in the demo: guests, cooks and a driver, by the shop's own commands."""

import os
import re
import signal
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Kitchen
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import Order, OrderStatus
from pizzeria.demo.simulation import open_orders, scenario
from pizzeria.demo.simulation.evening import Evening
from pizzeria.demo.simulation.report import Report, discard
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.demo.simulation.scheduler import real_time_pace, simulated_pace
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.length import by_length
from tests.shop import FRIDAY_NIGHT

AN_HOUR = timedelta(hours=1)
FULL = by_length(30, long=60)  # orders


def an_evening(staff, *, write_line=discard):
    return Evening(pace=simulated_pace(FRIDAY_NIGHT), staff=staff, report=Report(write_line), rng=Random(3))


def guests(orders, **more):
    return scenario.evening(duration=AN_HOUR, orders=orders, **more, rng=Random(3))


def test_a_simulated_evening_ends_with_every_order_delivered_or_cancelled(demo):
    left = an_evening(demo).play(guests(20, incidents=tuple(Incident), customer_orders=2, later_orders=3))

    assert left == []
    later = Order.objects.exclude(requested_for=None)
    assert len(later) == 3
    assert all(order.ready_at <= order.requested_for for order in later)
    assert set(Order.objects.values_list("status", flat=True)) == {OrderStatus.DELIVERED, OrderStatus.CANCELLED}
    assert kitchen_selectors.board(kitchen_selectors.the_kitchen(), at=FRIDAY_NIGHT).load.orders == 0
    assert list(replay.differences()) == []


def test_a_simulated_evening_completes_orders_that_were_open_before_it(demo):
    open_orders.place_open_orders(staff=demo, now=FRIDAY_NIGHT)

    left = an_evening(demo).play([])

    assert left == []
    assert set(Order.objects.values_list("status", flat=True)) == {OrderStatus.DELIVERED}


@pytest.mark.long
def test_a_full_evening_exceeds_no_limit_of_a_phone_number_or_of_an_order(demo, change_shop):
    change_shop(open_orders_per_phone=3, guest_share_percent=25, pizzas_per_order=30, total_per_order=Decimal(500))
    Kitchen.objects.update(max_concurrent_orders=FULL, max_open_pizzas=None)  # nobody is turned away for want of room
    lines = []

    left = an_evening(demo, write_line=lines.append).play(guests(FULL, customer_orders=2, rush=0.3))

    assert left == []
    assert Order.objects.count() == FULL
    assert not [line for line in lines if "refused" in line or "turned away" in line]


def test_guests_of_a_simulated_evening_are_refused_while_the_kitchen_is_at_capacity(demo):
    Kitchen.objects.update(max_concurrent_orders=2)
    lines = []

    an_evening(demo, write_line=lines.append).play(guests(8, rush=1))

    assert any("The kitchen is at capacity. Please try again in about" in line for line in lines)
    assert Order.objects.filter(status=OrderStatus.DELIVERED).count() >= 2


def test_a_simulated_evening_goes_on_when_a_user_has_taken_one_of_its_steps_first(demo):
    lines = []

    def hand_over_before_the_counter_does(line):
        lines.append(line)
        if ready := re.search(r"#(\d+) is ready", line):
            order = Order.objects.get(number=ready[1])
            if order.method == FulfillmentMethod.PICKUP:
                order_services.hand_over(ref=order.ref, by=demo.chef, at=FRIDAY_NIGHT)

    left = an_evening(demo, write_line=hand_over_before_the_counter_does).play(guests(4))

    assert any("refused: #" in line for line in lines)
    assert left == []


def test_a_simulated_evening_leaves_a_delivery_assigned_to_another_driver_to_that_driver(demo, manager):
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=demo.chef)
    dina = shop.hire(DRIVER)
    delivery_services.assign_delivery(ref=order.ref, driver=dina.user_id, by=manager, at=FRIDAY_NIGHT)

    left = an_evening(demo).play([])

    assert left == [order]


def test_a_simulated_evening_completes_orders_that_were_placed_in_a_browser_meanwhile(demo):
    lines = []

    def order_too(line):
        lines.append(line)
        if len(lines) == 1:
            shop.place(at=FRIDAY_NIGHT)

    an_evening(demo, write_line=order_too).play(guests(1))

    assert Order.objects.filter(status=OrderStatus.DELIVERED).count() == 2


def test_a_simulated_evening_runs_at_the_requested_speed():
    time, slept = [FRIDAY_NIGHT], []

    def sleep(seconds):
        slept.append(seconds)
        time[0] += timedelta(seconds=seconds)

    pace = real_time_pace(60, now=lambda: time[0], sleep=sleep)

    assert pace(timedelta(minutes=30)) == FRIDAY_NIGHT + timedelta(seconds=30)
    assert pace(timedelta(minutes=10)) == FRIDAY_NIGHT + timedelta(seconds=30)
    assert slept == [30]


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--speed", "nan"), ("--minutes", "soon"), ("--orders", "-1")])
def test_the_demo_evening_command_refuses_invalid_options(wrong):
    with pytest.raises(CommandError, match=wrong[0]):
        call_command("demo_evening", *wrong)


@pytest.mark.django_db(transaction=True)
def test_a_simulated_evening_ends_cleanly_with_ctrl_c(demo, launch):
    database = re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"])
    playing = launch("manage.py", "demo_evening", "--speed", "60", DATABASE_URL=database)
    playing.wait_for_output("goes into the oven")

    playing.process.send_signal(signal.SIGINT)

    assert playing.wait_for_exit() == 0
    assert "Enough for tonight: " in playing.output
    assert "Traceback" not in playing.output
    assert list(replay.differences()) == []


def test_the_demo_evening_command_exists_only_in_the_demo(launch):
    elsewhere = launch("manage.py", "demo_evening", PIZZERIA_DEMO="0")

    assert elsewhere.wait_for_exit() == 1
    assert "Unknown command: 'demo_evening'" in elsewhere.output


def test_the_demo_evening_command_says_that_no_demo_is_running(launch, demo_home):
    alone = launch("-m", "pizzeria.demo.manage", "demo_evening", DEMO_FOLDER=str(demo_home.folder))

    assert alone.wait_for_exit() == 1
    assert "The demo is not running. Open it with `make demo`" in alone.output
