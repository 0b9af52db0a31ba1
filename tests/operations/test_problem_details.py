"""Problems: how the API says no, whatever went wrong."""

import pytest

from pizzeria.users.models import User
from tests.users.api_client import call, refused
from tests.users.fake_oidc_provider import Person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operations.trial_api")]


def post(client, address, **more):
    return call(client, address=address, method="post", content_type="application/json", **more)


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("refused", 409, "refused"),
        ("not-allowed", 403, "not_allowed"),
        ("busy", 409, "busy"),
        ("not-found", 404, "not_found"),
        ("denied", 403, "not_allowed"),
        ("database-gone", 503, "unavailable"),
        ("fault", 500, "fault"),
    ],
)
def test_have_a_status_and_a_code(client, what, status, code):
    client.raise_request_exception = False
    answer = post(client, f"/api/faults/{what}")

    refused(answer, status, code)
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert "secret" not in answer.content.decode()


def test_of_a_refusal_say_its_sentence_and_its_field(client):
    answer = post(client, "/api/faults/refused-field")

    assert answer.json()["detail"] == "There is no such size."
    assert answer.json()["errors"] == [{"field": "size", "detail": "There is no such size."}]


def test_that_pass_say_when_to_come_again(client):
    assert int(post(client, "/api/faults/database-gone").headers["Retry-After"]) > 0


def test_that_are_faults_of_ours_are_told_to_whoever_watches(client):
    with pytest.raises(ZeroDivisionError):
        post(client, "/api/faults/fault")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"size=small"])
def test_say_that_a_body_is_no_json(client, body):
    refused(post(client, "/api/pizzas", data=body), 400, "malformed")


def test_say_that_a_body_is_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    refused(post(client, "/api/pizzas", data=b" " * 2000), 413, "too_large")


def test_name_each_invalid_field_and_not_what_was_sent(client):
    answer = post(client, "/api/pizzas", data={"quantity": "<a secret>"})

    refused(answer, 422, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == {"size", "quantity"}
    assert "secret" not in answer.content.decode()


def test_say_what_an_address_may_be_called_with(client):
    answer = call(client, address="/api/oven")

    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_name_an_invalid_parameter(client, realm):
    answer = post(client, "/api/oven?quantity=many", token=realm.access_token(Person("ciro", roles=("chef",))))

    assert [error["field"] for error in answer.json()["errors"]] == ["quantity"]


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/nothing", "/api/oven/", "/api/faults/", "/api/%00"])
def test_say_that_an_address_is_nobody_s(client, address):
    refused(call(client, address=address), 404, "not_found")


def test_say_that_a_host_is_not_ours(client):
    refused(client.get("/api/unsaid", headers={"Host": "evil.example"}), 400, "malformed")


def test_of_an_endpoint_that_says_nothing_ask_for_a_token(client):
    refused(call(client, address="/api/unsaid"), code="no_token")


def test_of_scope_name_the_one_that_is_wanted(client, realm):
    customer = realm.access_token(Person("anna", roles=("customer",)), scope="openid kitchen:manage")

    challenge = refused(post(client, "/api/oven", token=customer), 403, "insufficient_scope")

    assert challenge == 'Bearer realm="pizzeria", error="insufficient_scope", scope="kitchen:manage"'


def test_of_scope_name_all_of_which_one_is_wanted(client, realm):
    customer = realm.access_token(Person("anna", roles=("customer",)))

    challenge = refused(post(client, "/api/availability", token=customer), 403, "insufficient_scope")

    assert challenge.endswith('scope="kitchen:manage menu:write"')


def test_of_scope_come_before_those_of_parameters(client, realm):
    customer, chef = (realm.access_token(Person(role, roles=(role,))) for role in ("customer", "chef"))

    refused(post(client, "/api/oven?quantity=many", token=customer), 403, "insufficient_scope")
    refused(post(client, "/api/oven?quantity=many", token=chef), 422, "invalid")


def test_of_scope_are_logged_with_who_and_what(client, realm, caplog):
    post(client, "/api/oven", token=realm.access_token(Person("anna", roles=("customer",))))

    line = next(record.msg for record in caplog.records if "token_refused" in str(record.msg))
    assert (line["by"], line["reason"]) == (str(User.objects.get().pk), "kitchen:manage")


def test_of_a_step_that_wants_a_recent_sign_in_say_how_recent(client, realm):
    manager = realm.access_token(Person("mario", roles=("manager",)))

    challenge = refused(post(client, "/api/faults-by-token/proof-too-old", token=manager), 401, "sign_in_again")

    assert challenge == 'Bearer realm="pizzeria", error="insufficient_user_authentication", max_age="600"'
