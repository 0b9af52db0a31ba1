import pytest
import stripe

from pizzeria.devtools.servers import stripe_server
from tests.devtools.stripe_server.receiver import WebhookReceiver


@pytest.fixture(scope="session")
def running_server(tmp_path_factory):
    """Yield a `StripeServer` for all tests of this process; each uses sessions of its own."""
    with stripe_server.running(home=tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def server(running_server):
    """Return the server, without faults and without an endpoint for webhooks."""
    running_server.faults.change()
    running_server.send_webhooks_to("")
    return running_server


@pytest.fixture
def connect(server):
    """
    Return a function that makes a client of the SDK: `connect(timeout=1)`.

    Its clients have the server's key and repeat nothing by themselves, unless other options are given.
    """
    http_clients = []

    def connect(*, api_key=None, timeout=30, retries=0, **options):
        http_clients.append(stripe.RequestsClient(timeout=(2, timeout)))
        return stripe.StripeClient(
            api_key or server.api_key,
            base_addresses={"api": server.url},
            http_client=http_clients[-1],
            max_network_retries=retries,
            **options,
        ).v1

    yield connect

    for http_client in http_clients:
        http_client.close()


@pytest.fixture
def client(connect):
    """Return a client of the SDK."""
    return connect()


@pytest.fixture
def receiver(server):
    """Yield the endpoint to which the server sends its webhooks."""
    with WebhookReceiver.listening() as receiver:
        server.send_webhooks_to(receiver.url)
        yield receiver
        server.send_webhooks_to("")
