"""The addresses of the admin's pages for managers that show many orders: for tests and measurements of all of them."""

from django.contrib import admin
from django.urls import URLResolver, reverse

from orders.models import Order
from orders.reports.registry import REPORTS
from pizzeria.foundation import clock

YEAR = "period=last_12_months"


def report_pages(query: str = YEAR) -> dict[str, str]:
    """Return the address of each report by its name; exports are no pages, nor is what leads to another address."""
    reports = [
        resolver
        for resolver in admin.site.get_urls()
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == "reports/"
    ]
    index = reverse("admin:index")
    return {
        f"report: {page.name}": f"{index}reports/{page.pattern}?{query}"
        for resolver in reports
        for page in resolver.url_patterns
        if page.name in {report.slug for report in REPORTS}
    }


def order_pages(order: Order) -> dict[str, str]:
    """Return the addresses of the dashboard, of the list of orders and searches in it, and of an order."""
    orders, contact = reverse("admin:orders_order_changelist"), order.contact
    today = clock.business_date(clock.now())
    return {
        "dashboard": reverse("admin:index"),
        "dashboard, refreshed": reverse("admin:overview"),
        "orders": orders,
        "orders: of a name": f"{orders}?q={contact.name.partition(' ')[2]}",
        "orders: of a phone": f"{orders}?q={str(contact.phone)[-8:]}",
        "orders: of a number": f"{orders}?q=%23{order.number}",
        "orders: cancelled": f"{orders}?status__exact=cancelled",
        "orders: of today": f"{orders}?business_date={today}",
        "an order": reverse("admin:orders_order_change", args=[order.pk]),
    }
