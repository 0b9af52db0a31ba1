"""The pages of receipts: for the order's owner, for staff, and for the guest with its link; and the admin."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from orders.models.contact import new_guest_token
from orders.payments import services as payment_services
from orders.payments.models import Receipt, ReceiptPdf
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from pizzeria.users.session_auth import actor_for_user
from tests import shop
from tests.orders.payments.receipt_helpers import handed_over, issue, paid_by_card, placed_by_card, refunded
from tests.orders.payments.test_receipts import FINAL
from tests.shop import FRIDAY_NIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kitchen", "tonight")]


@pytest.fixture
def guests_order():
    return paid_by_card()


@pytest.fixture
def receipt(guests_order):
    return Receipt.objects.get()


def page(name, ref, order=None):
    """Return the path of a page of receipts; that of a guest, if the order is given."""
    if order:
        return reverse(f"payments:guest_{name}", args=[ref, order.contact.guest_token])
    return reverse(f"payments:{name}", args=[ref])


def words_of(response):
    """Return the text of a page, without its header and footer."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def make_pdf(receipt):
    payment_services.make_due_pdf(pdf_id=receipt.pdf.pk, at=FRIDAY_NIGHT)


def test_a_receipt_opens_with_the_guests_link_and_shows_number_lines_taxes_and_payment(client, guests_order, receipt):
    text = words_of(client.get(page("receipt", receipt.ref, guests_order)))

    assert "Receipt 2026-000001 20 November 2026, 20:00 Order #1 of 20 November 2026" in text
    assert "1 × Margherita, Small €12.99 Total €12.99" in text
    assert "Tax rate Net Tax Gross 10% €11.81 €1.18 €12.99" in text
    assert "Paid by card on 20 November 2026, 20:00" in text
    assert "Anna" not in text


@pytest.mark.parametrize("name", ["receipt", "receipt_pdf"])
def test_a_receipt_does_not_open_with_another_token_nor_with_that_of_another_order(client, guests_order, receipt, name):
    other = paid_by_card()

    for token in (new_guest_token(), other.contact.guest_token):
        assert client.get(reverse(f"payments:guest_{name}", args=[receipt.ref, token])).status_code == 404
    assert client.get(page(name, uuid7(), guests_order)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [(KITCHEN, 200), (MANAGER, 200), (CUSTOMER, 404), (DRIVER, 404)])
def test_a_receipt_opens_without_the_link_for_staff_who_see_all_orders(sign_in, receipt, role, status):
    make_pdf(receipt)
    browser = sign_in(role)

    for name, ref in (("receipt", receipt.ref), ("receipt_pdf", receipt.ref)):
        assert browser.get(page(name, ref)).status_code == status
    assert browser.get(page("receipts", receipt.order.ref), follow=True).status_code == status


def test_a_customer_sees_the_receipts_of_own_orders_alone(sign_in):
    browser = sign_in(CUSTOMER)
    paid_by_card(by=actor_for_user(browser.user))
    own = Receipt.objects.get()
    paid_by_card(by=shop.hire(CUSTOMER))
    others = Receipt.objects.exclude(pk=own.pk).get()

    assert browser.get(page("receipt", own.ref)).status_code == 200
    assert browser.get(page("receipt", others.ref)).status_code == 404
    assert browser.get(page("receipts", others.order.ref)).status_code == 404


def test_a_receipt_with_added_tax_shows_the_tax_among_its_parts(client, settings):
    settings.SHOP_TAX_INCLUDED = False
    order = paid_by_card()

    text = words_of(client.get(page("receipt", Receipt.objects.get().ref, order)))

    assert "Food and drinks €12.99 Tax, 10% €1.30 Total €14.29" in text
    assert "10% €12.99 €1.30 €14.29" in text


def test_a_credit_note_names_its_receipt_and_both_link_to_each_other(client, guests_order, receipt):
    note = refunded(guests_order, Decimal("5.00"))

    of_note = client.get(page("receipt", note.ref, guests_order))
    of_receipt = client.get(page("receipt", receipt.ref, guests_order))

    assert "Credit note 2026-000002 To a part of receipt 2026-000001" in words_of(of_note)
    assert "Refunded €5.00 Tax rate Net Tax Gross 10% €4.55 €0.45 €5.00 Refunded to your card" in words_of(of_note)
    assert page("receipt", receipt.ref, guests_order) in of_note.content.decode()
    assert "Also of this order Credit note 2026-000002 €5.00" in words_of(of_receipt)


def test_a_receipt_of_cash_says_so(client, placed_order, chef):
    attempt = handed_over(placed_order, by=chef)
    receipt = issue(attempt, at=FINAL)
    note = refunded(placed_order, attempt.captured)

    assert "Paid in cash on 20 November 2026, 20:00" in words_of(client.get(page("receipt", receipt.ref, placed_order)))
    of_note = words_of(client.get(page("receipt", note.ref, placed_order)))
    assert "To receipt 2026-000001" in of_note
    assert "1 × Margherita, Small €12.99 Refunded €12.99" in of_note
    assert "Given back in cash" in of_note


def test_a_pdf_is_sent_inline_by_its_number_and_is_not_sniffed(client, guests_order, receipt):
    make_pdf(receipt)

    response = client.get(page("receipt_pdf", receipt.ref, guests_order))

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == 'inline; filename="receipt-2026-000001.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content == bytes(receipt.pdf.content or Receipt.objects.get().pdf.content)
    assert "no-store" in response.headers["Cache-Control"]


def test_a_pdf_that_is_not_made_yet_is_a_page_that_says_so_and_when_to_ask_again(client, guests_order, receipt):
    response = client.get(page("receipt_pdf", receipt.ref, guests_order))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert "The PDF is being made" in words_of(response)
    assert page("receipt", receipt.ref, guests_order) in response.content.decode()


def test_a_pdf_that_nobody_will_make_is_not_said_to_be_on_its_way(client, guests_order, receipt):
    ReceiptPdf.objects.update(due_at=None)

    response = client.get(page("receipt_pdf", receipt.ref, guests_order))

    assert response.status_code == 404
    assert "There is no PDF of this receipt" in words_of(response)
    assert page("receipt", receipt.ref, guests_order) in response.content.decode()


def test_the_receipts_of_an_order_are_its_one_receipt_or_a_list(client, guests_order, receipt):
    address = page("receipts", guests_order.ref, guests_order)
    assert client.get(address).url == page("receipt", receipt.ref, guests_order)

    refunded(guests_order, Decimal("5.00"))

    assert "Receipts Receipt 2026-000001 €12.99 Credit note 2026-000002 €5.00" in words_of(client.get(address))


def test_an_order_without_a_receipt_says_that_there_is_none_yet(client, placed_order):
    response = client.get(page("receipts", placed_order.ref, placed_order))

    assert "No receipt yet" in words_of(response)


def test_the_order_page_links_to_the_receipts_once_it_is_paid_with_the_link_of_its_reader(client, sign_in):
    pending, paid = placed_by_card(), paid_by_card()
    link = 'id="receipts"'

    def order_page(order):
        return client.get(reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])).content.decode()

    assert link not in order_page(pending)
    assert link in order_page(paid)
    assert page("receipts", paid.ref, paid) in order_page(paid)
    for_staff = sign_in(KITCHEN).get(reverse("orders:order", args=[paid.ref])).content.decode()
    assert page("receipts", paid.ref) in for_staff
    assert paid.contact.guest_token not in for_staff


def test_a_receipts_page_takes_at_most_three_queries(client, guests_order, receipt, django_assert_max_num_queries):
    refunded(guests_order, Decimal("5.00"))

    with django_assert_max_num_queries(3):  # the receipt with its order, the other receipts, and the one it corrects
        client.get(page("receipt", receipt.ref, guests_order))


def test_the_admin_shows_receipts_with_their_pdf_on_their_own_and_on_the_orders_page(sign_in, guests_order, receipt):
    note = refunded(guests_order, Decimal("5.00"))
    marta = sign_in(MANAGER)

    listed = marta.get(reverse("admin:payments_receipt_changelist")).content.decode()
    of_order = marta.get(reverse("admin:orders_order_change", args=[guests_order.pk])).content.decode()
    one = marta.get(reverse("admin:payments_receipt_change", args=[note.pk])).content.decode()

    for each in (receipt, note):
        for html in (listed, of_order):
            assert str(each) in html
            assert page("receipt_pdf", each.ref) in html
    assert "to be made" in one
    assert page("receipt", note.ref) in one
    assert guests_order.contact.guest_token not in listed + of_order + one
    assert marta.post(reverse("admin:payments_receipt_change", args=[note.pk]), {"total": "1"}).status_code == 403
