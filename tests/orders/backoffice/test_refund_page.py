"""The admin page of a refund: what can be refunded, the amount before it is confirmed, and the requests that wait."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from kitchen.models import FulfillmentMethod
from orders.basket_pricing import Tip
from orders.models import Order
from orders.payments.models import Refund, RefundRequest
from pizzeria.foundation import clock
from pizzeria.users.roles import KITCHEN, MANAGER
from pizzeria.users.session_auth import actor_for_user
from tests import shop
from tests.factories import DeliveryZoneFactory
from tests.orders.backoffice.test_admin import messages_on, page_of, run_action, run_action_on_form
from tests.orders.payments.refund_helpers import now, paid_by_card, paid_in_cash, request

REQUESTS = reverse("admin:payments_refundrequest_changelist")
WHY = {"reason": "missing_item", "note": "The driver forgot it."}

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def order():
    """Return an order of two Margheritas and two colas, 32.38 in cash."""
    return paid_in_cash()


@pytest.fixture
def waiting(order, change_shop):
    """Return a request of another manager, of 12.99 for a Margherita, which waits for a second one."""
    change_shop(refund_limit=Decimal("10.00"))
    return request(order, {0: 1}, by=shop.hire(MANAGER, first_name="Mario"))


def refund_page(order):
    return reverse("admin:orders_order_refund", args=[order.pk])


def compute(browser, order, **chosen):
    """Send the form to compute the amount; return the page, and the data that its form sends back."""
    page = browser.post(refund_page(order), {"key": str(uuid4()), **WHY, **chosen})
    hidden = dict(re.findall(r'<input type="hidden" name="(key|shown_amount)" value="([^"]*)"', text_of(page)))
    return page, {**WHY, **chosen, **hidden}


def confirm(browser, order, form, **changes):
    return browser.post(refund_page(order), {**form, "confirm": "1", **changes}, follow=True)


def age_sign_in(browser):
    """Move the manager's last sign-in eleven minutes into the past."""
    session = browser.session
    session["authenticated_at"] -= 11 * 60
    session.save()


def text_of(page):
    return page.content.decode()


@pytest.mark.parametrize("run", [run_action, run_action_on_form], ids=["from the list", "from its page"])
def test_the_action_leads_to_the_page_of_the_refund(marta, order, run):
    response = run(marta, "refund", order)

    assert response.redirect_chain[-1][0] == refund_page(order)
    assert "The order was paid in cash: somebody gives the money back by hand." in " ".join(text_of(response).split())


def test_several_orders_are_not_refunded_at_once(marta, order):
    response = run_action(marta, "refund", order, paid_in_cash())

    assert messages_on(response) == ["One at a time, please: each refund has its own reason."]


def test_the_page_has_a_row_for_each_line_for_the_fee_and_for_the_tip(marta, settings):
    DeliveryZoneFactory()
    order = paid_by_card(settings, method=FulfillmentMethod.DELIVERY, tip=Tip(amount=Decimal("2.00")))

    page = marta.get(refund_page(order))

    assert [(row.label, row.ordered, row.each[0]) for row in page.context["rows"]] == [
        ("Margherita, Small", 2, Decimal("12.99")),
        ("Cola", 2, Decimal("3.20")),
        ("Delivery fee", None, Decimal("3.50")),
        ("Tip", None, Decimal("2.00")),
    ]
    assert "It goes back to the card." in text_of(page)
    assert "Refund €" not in text_of(page)


def test_the_amount_is_shown_before_it_is_refunded(marta, order):
    page, form = compute(marta, order, line_0="1", line_1="2")

    assert [row.amount for row in page.context["rows"]] == [Decimal("12.99"), Decimal("6.40")]
    assert "Refund €19.39" in text_of(page)
    assert not Refund.objects.exists()

    response = confirm(marta, order, form)

    assert messages_on(response) == ["€19.39 is refunded: please give it back in cash."]
    assert response.redirect_chain[-1][0] == page_of(order)
    assert "The driver forgot it." in text_of(response)
    assert RefundRequest.objects.get().requested_by == marta.user
    assert now(order).refund_requested == Decimal("19.39")


def test_a_confirmation_that_is_sent_twice_refunds_once_and_both_lead_to_the_order(marta, order):
    _page, form = compute(marta, order, line_1="2")

    responses = [confirm(marta, order, form) for _ in range(2)]

    assert [response.redirect_chain[-1][0] for response in responses] == [page_of(order)] * 2
    assert Refund.objects.get().amount == Decimal("6.40")


def test_a_confirmation_of_other_quantities_than_computed_shows_the_new_amount_first(marta, order):
    _page, form = compute(marta, order, line_1="1")

    response = confirm(marta, order, form, line_1="2")

    assert response.status_code == 422
    assert "It comes to €6.40 now." in text_of(response)
    assert "Refund €6.40" in text_of(response)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "name", "error"),
    [
        ({"line_1": "3"}, "line_1", "2 of them can still be refunded."),
        ({"line_1": "-1"}, "line_1", "Zero or more, please."),
        ({"line_1": "some"}, "line_1", "A whole number, please."),
        ({"line_1": "9" * 30}, "line_1", "2 of them can still be refunded."),
        ({"line_1": "1", "reason": ""}, "reason", "Please say why."),
        ({"line_1": "1", "reason": "greed"}, "reason", "Please choose one of these."),
        ({}, None, "Please choose what is refunded."),
        ({"fee": "on"}, None, "The delivery fee or the tip cannot be refunded any more."),
        ({"everything": "on"}, None, "Please choose what is refunded."),
        ({"line_1": "1", "key": "again"}, None, "Please open this page afresh."),
        ({"line_1": "1", "shown_amount": "NaN"}, None, "Please open this page afresh."),
    ],
)
def test_bad_input_is_refused_beside_its_field_with_the_form_as_typed(marta, order, chosen, name, error):
    page = marta.post(refund_page(order), {"key": str(uuid4()), "confirm": "1", **WHY, **chosen})

    assert page.status_code == 422
    form = page.context["form"]
    errors = form[name].errors if name else form.non_field_errors()
    assert error in errors
    assert error in text_of(page)
    assert 'value="The driver forgot it."' in text_of(page)
    assert not RefundRequest.objects.exists()


def test_what_is_refunded_already_has_no_field_any_more(marta, order):
    confirm(marta, order, compute(marta, order, line_1="2")[1])

    page = marta.get(refund_page(order))

    assert [row.field is not None for row in page.context["rows"]] == [True, False]
    assert "refunded already" in text_of(page)


def test_an_order_that_is_not_paid_has_nothing_to_refund(marta, placed_order):
    page = marta.get(refund_page(placed_order))

    assert page.status_code == 200
    assert "There is nothing to refund." in text_of(page)
    assert '<form method="post" class="refund-form"' not in text_of(page)


def test_an_order_without_parts_is_refunded_as_a_whole(marta, order):
    Order.objects.update(price_trace=None)

    page, form = compute(marta, order, everything="on")
    confirm(marta, order, form)

    assert "before the parts of a price were recorded" in text_of(page)
    assert now(order).amount_kept == 0


def test_only_managers_open_the_page_and_only_after_a_recent_sign_in(sign_in, marta, order):
    age_sign_in(marta)
    for response in (marta.get(refund_page(order)), marta.post(refund_page(order), {"confirm": "1"})):
        assert response.status_code == 302
        assert "sign-in" in response["Location"]

    assert sign_in(KITCHEN).get(refund_page(order), follow=True).status_code == 403
    assert not RefundRequest.objects.exists()


def test_there_is_no_page_for_an_order_that_does_not_exist(marta):
    assert marta.get(reverse("admin:orders_order_refund", args=[404])).status_code == 404


# --- Requests that wait ---


def test_above_the_limit_the_manager_reads_that_a_second_one_is_needed(marta, order, change_shop):
    change_shop(refund_limit=Decimal("10.00"))

    response = confirm(marta, order, compute(marta, order, line_0="1")[1])

    assert messages_on(response) == ["The refund of €12.99 waits for a second manager."]
    assert "waiting for a second manager" in text_of(response)
    assert "€12.99 waits for a second manager." in text_of(marta.get(refund_page(order)))
    assert "waits for a second manager" in text_of(marta.get(reverse("admin:index")))


def test_a_request_is_shown_with_what_it_refunds_and_who_wants_it(marta, waiting):
    page = text_of(marta.get(reverse("admin:payments_refundrequest_change", args=[waiting.pk])))

    for words in ("1 × Margherita, Small", "Mario", "missing item", "12.99"):
        assert words in page


def decide_on_form(browser, action, waiting):
    page = reverse("admin:payments_refundrequest_change", args=[waiting.pk])
    return browser.post(page, {"CHANGE_FORM-action": action, "_selected_action": waiting.pk}, follow=True)


def decide_in_list(browser, action, waiting):
    return browser.post(REQUESTS, {"action": action, "_selected_action": [waiting.pk]}, follow=True)


@pytest.mark.parametrize("decide", [decide_in_list, decide_on_form], ids=["in the list", "on its page"])
@pytest.mark.parametrize(("action", "state"), [("approve", "approved"), ("decline", "declined")])
def test_a_second_manager_decides(marta, waiting, decide, action, state):
    response = decide(marta, action, waiting)

    assert messages_on(response) == [f"The refund of €12.99 for order {waiting.order} is {state}."]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == (state, marta.user)
    assert Refund.objects.exists() is (action == "approve")


def test_the_admin_refuses_the_approval_of_ones_own_request(marta, order, change_shop):
    change_shop(refund_limit=Decimal("10.00"))
    at = clock.now()
    own = request(order, {0: 1}, by=actor_for_user(marta.user, authenticated_at=at), at=at)

    response = decide_in_list(marta, "approve", own)

    assert messages_on(response) == [f"{order}: You have requested it yourself: another manager has to approve it."]
    assert not Refund.objects.exists()


def test_a_decision_needs_a_recent_sign_in(marta, waiting):
    age_sign_in(marta)

    response = marta.post(REQUESTS, {"action": "approve", "_selected_action": [waiting.pk]})

    assert "sign-in" in response["Location"]
    assert RefundRequest.objects.get().state == "waiting"
    assert not Refund.objects.exists()
