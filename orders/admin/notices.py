"""Notices in admin: what became of each, and a second chance for those that did not go out."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from orders import services
from orders.admin.look_only import LookOnly
from orders.models import Notice, Order
from orders.permissions import SEND_NOTICES_AGAIN
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal


class NoticeInline(LookOnly, admin.TabularInline[Notice, Order]):
    model = Notice
    verbose_name_plural = gettext_lazy("Who was told")
    fields = ["kind", "channel", "state", "tries", "error", "made_at", "sent_at"]
    ordering = ["pk"]
    show_change_link = True


@admin.register(Notice)
class NoticeAdmin(LookOnly, admin.ModelAdmin[Notice]):
    list_display = ["kind", "to_order", "channel", "state", "tries", "error", "made_at", "sent_at"]
    list_filter = ["state", "channel", "kind"]
    list_select_related = ["order"]
    search_fields = ["=order__number"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["send_again"]
    fields = [
        ("kind", "to_order", "recipient"),
        ("channel", "state", "tries", "unanswered"),
        ("error", "provider_id"),
        ("made_at", "news_since", "due_at", "sent_at"),
        ("read_at", "dismissed_at"),
    ]

    @admin.display(description=gettext_lazy("order"), ordering="order")
    def to_order(self, notice: Notice) -> str:
        address = reverse("admin:orders_order_change", args=[notice.order_id])
        return format_html('<a href="{}">{}</a>', address, notice.order)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(SEND_NOTICES_AGAIN)

    @admin.action(description=gettext_lazy("Send again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, notices: QuerySet[Notice]) -> None:
        sent = 0
        for notice in notices.order_by("pk"):
            try:
                services.send_notice_again(notice_id=notice.pk, by=actor_of(request), at=clock.now())
                sent += 1
            except Refusal as refusal:
                self.message_user(request, f"{notice}: {refusal}", messages.WARNING)
        if sent:
            told = ngettext("%(count)d notice will be sent again.", "%(count)d notices will be sent again.", sent)
            self.message_user(request, told % {"count": sent})
