"""Error answers of the API: problem+json, whatever went wrong."""

from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from pizzeria.operations.validation_messages import MESSAGES, message_of
from pizzeria.users.models import User
from tests.users.api_client import assert_refused, call
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
def test_the_problem_for_each_kind_of_error_has_a_status_and_a_code(client, what, status, code):
    client.raise_request_exception = False
    response = post(client, f"/api/faults/{what}")

    assert_refused(response, status, code)
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert "secret" not in response.content.decode()


def test_an_async_endpoint_is_answered_and_its_errors_are_problems_too(client):
    client.raise_request_exception = False

    answered, failed = call(client, address="/api/later/lunch"), call(client, address="/api/later/fault")

    assert (answered.status_code, answered.json()) == (200, {"what": "lunch"})
    assert answered.headers["Cache-Control"] == "no-store"
    assert_refused(failed, 500, "fault")


def test_the_problem_for_a_refusal_has_its_message_and_its_field(client):
    response = post(client, "/api/faults/refused-field")

    assert response.json()["detail"] == "There is no such size."
    assert response.json()["errors"] == [{"field": "size", "detail": "There is no such size."}]


def test_the_problem_for_an_unavailable_database_says_when_to_retry(client):
    assert int(post(client, "/api/faults/database-gone").headers["Retry-After"]) > 0


def test_an_unexpected_error_of_the_api_is_signalled_as_a_request_exception(client):
    with pytest.raises(ZeroDivisionError):
        post(client, "/api/faults/fault")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"size=small"])
def test_a_body_that_is_not_json_is_reported_as_malformed(client, body):
    assert_refused(post(client, "/api/pizzas", data=body), 400, "malformed")


def test_a_body_that_is_too_large_is_reported_as_such(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert_refused(post(client, "/api/pizzas", data=b" " * 2000), 413, "too_large")


def test_each_invalid_field_is_named_without_the_value_that_was_sent(client):
    response = post(client, "/api/pizzas", data={"quantity": "<a secret>"})

    assert_refused(response, 422, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {"size", "quantity"}
    assert "secret" not in response.content.decode()


def details_of(response):
    return {error["field"]: error["detail"] for error in response.json()["errors"]}


def test_what_is_wrong_with_a_field_is_said_for_people_and_without_words_of_python(client):
    fields = details_of(post(client, "/api/pizzas", data={"size": 5, "quantity": "many"}))
    missing = details_of(post(client, "/api/pizzas", data={"quantity": 1.5}))
    no_object = details_of(post(client, "/api/pizzas", data=[1]))

    assert fields == {"size": "A text, please.", "quantity": "A whole number, please."}
    assert missing == {"size": "This is required.", "quantity": "A whole number, please."}
    assert no_object == {"body": "A JSON object, please."}


def test_the_sentence_about_a_limit_has_the_limit():
    many = {"type": "too_long", "ctx": {"max_length": 10, "actual_length": 11}, "msg": "List should have"}
    own = {"type": "invalid", "msg": "There is no such size."}
    unexpected = {"type": "callable_type", "msg": "Input should be callable"}

    assert message_of(many) == "Too many: 10 at most, please."
    assert message_of(own) == "There is no such size."
    assert message_of(unexpected) == "We cannot read that. Please check it once more."


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_sentence_is_of_an_error_of_pydantic_and_can_be_filled_in(kind):
    context = dict.fromkeys(("min_length", "max_length", "ge", "le", "expected"), 3)

    assert kind in get_args(ErrorType)
    assert "%" not in message_of({"type": kind, "msg": "", "ctx": context})


def test_the_problem_for_a_wrong_method_names_the_allowed_method(client):
    response = call(client, address="/api/oven")

    assert_refused(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "POST"


def test_an_invalid_query_parameter_is_named_in_the_problem_document(client, realm):
    response = post(client, "/api/oven?quantity=many", token=realm.access_token(Person("ciro", roles=("chef",))))

    assert [error["field"] for error in response.json()["errors"]] == ["quantity"]


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/nothing", "/api/oven/", "/api/faults/", "/api/%00"])
def test_an_unknown_url_of_the_api_is_reported_as_not_found(client, address):
    assert_refused(call(client, address=address), 404, "not_found")


def test_an_unknown_host_of_an_api_request_is_reported_as_malformed(client):
    assert_refused(client.get("/api/unsaid", headers={"Host": "evil.example"}), 400, "malformed")


def test_an_endpoint_without_authentication_of_its_own_requires_a_token(client):
    assert_refused(call(client, address="/api/unsaid"), code="no_token")


def test_the_problem_for_a_missing_scope_names_the_required_scope(client, realm):
    customer = realm.access_token(Person("anna", roles=("customer",)), scope="openid kitchen:manage")

    challenge = assert_refused(post(client, "/api/oven", token=customer), 403, "insufficient_scope")

    assert challenge == 'Bearer realm="pizzeria", error="insufficient_scope", scope="kitchen:manage"'


def test_the_problem_for_a_missing_scope_names_all_scopes_if_any_of_them_is_enough(client, realm):
    customer = realm.access_token(Person("anna", roles=("customer",)))

    challenge = assert_refused(post(client, "/api/availability", token=customer), 403, "insufficient_scope")

    assert challenge.endswith('scope="kitchen:manage menu:write"')


def test_a_missing_scope_is_reported_before_an_invalid_parameter(client, realm):
    customer, chef = (realm.access_token(Person(role, roles=(role,))) for role in ("customer", "chef"))

    assert_refused(post(client, "/api/oven?quantity=many", token=customer), 403, "insufficient_scope")
    assert_refused(post(client, "/api/oven?quantity=many", token=chef), 422, "invalid")


def test_a_missing_scope_is_logged_with_the_user_and_the_scope(client, realm, caplog):
    post(client, "/api/oven", token=realm.access_token(Person("anna", roles=("customer",))))

    line = next(record.msg for record in caplog.records if "token_refused" in str(record.msg))
    assert (line["by"], line["reason"]) == (str(User.objects.get().pk), "kitchen:manage")


def test_the_problem_for_an_authentication_that_is_too_old_names_the_maximum_age(client, realm):
    manager = realm.access_token(Person("marta", roles=("manager",)))

    challenge = assert_refused(post(client, "/api/faults-by-token/proof-too-old", token=manager), 401, "sign_in_again")

    assert challenge == 'Bearer realm="pizzeria", error="insufficient_user_authentication", max_age="600"'
