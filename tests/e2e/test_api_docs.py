"""The API documentation page."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scripted", [True], ids=["with a script"])
def test_the_api_documentation_page_explains_tokens_and_loads_nothing_from_other_hosts(open_page, live_server):
    reader, elsewhere = open_page(), []
    reader.on("request", lambda request: elsewhere.append(request.url))

    reader.goto("/api/docs")

    reader.get_by_text("The principal of the token").click()
    expect(reader.get_by_text("Return the name, kind, roles and effective scopes")).to_be_visible()
    reader.get_by_role("button", name="Authorize").first.click()
    expect(reader.get_by_text("BearerToken")).to_be_visible()
    assert [url for url in elsewhere if not url.startswith((live_server.url, "data:"))] == []
