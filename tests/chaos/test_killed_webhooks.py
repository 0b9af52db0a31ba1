"""Workers killed by SIGKILL while they send a webhook: the event arrives, a repetition with the same `webhook-id`."""

from ipaddress import ip_network

import pytest

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import DeliveryState, WebhookDelivery
from tests.chaos import workload
from tests.factories import WebhookSubscriptionFactory
from tests.http_receiver import receiving
from tests.length import by_length
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network(LOOPBACK)]
    with receiving() as receiver:
        yield receiver


BEFORE = pytest.param("orders.claim_webhook_delivery.after_commit", 1, id="before it sends")
AFTER = pytest.param("webhooks.sent", 2, id="after it has sent")


@pytest.mark.long
@pytest.mark.parametrize(("failpoint", "arrivals"), by_length([AFTER], long=[BEFORE, AFTER]))
def test_the_moment_at_which_a_worker_is_killed_decides_how_often_its_event_arrives(
    shop_processes, receiver, failpoint, arrivals
):
    webhook = WebhookSubscriptionFactory(url=receiver.url("127.0.0.1"), event_names=["order.placed"])
    shop_processes.set_variable("WEBHOOK_EXTRA_NETWORKS", LOOPBACK)
    workload.place(1)

    worker = shop_processes.start_faulty_worker(f"killed:{failpoint}", "--queues", "celery,webhooks")
    until(lambda: worker.poll() is not None, seconds=workload.WORKER_TIMEOUT, describe=workload.count_by_state)
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == DeliveryState.SENDING
    webhook_services.send_next_delivery(subscription_id=webhook.pk, at=delivery.due_at)

    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    assert [request.headers["webhook-id"] for request in receiver.requests] == [str(delivery.ref)] * arrivals
