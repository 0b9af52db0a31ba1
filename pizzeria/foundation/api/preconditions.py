"""
The `If-Match` header (RFC 9110, section 13.1.1): a change of a resource that is not any more as the client has seen it
is refused.
"""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.cache import set_response_etag
from django.utils.http import parse_etags
from ninja import Header
from ninja.renderers import JSONRenderer
from pydantic import BaseModel

from pizzeria.foundation.concurrent_edits import PreconditionFailed

IfMatchHeader = Annotated[
    str | None,
    Header(
        None,
        alias="If-Match",
        description="ETag of the answer to GET; refuse the change (412) if that answer is another one by now",
    ),
]


def refuse_unless_current(request: HttpRequest, if_match: str | None, *, record: BaseModel) -> None:
    """
    Refuse a request whose `If-Match` names other ETags than the resource has.

    :param record: what GET of the resource, an endpoint with `conditional_get`, answers at the moment
    :raises PreconditionFailed: none of them is its ETag
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag_of(request, record) not in parse_etags(if_match):
        raise PreconditionFailed


def etag_of(request: HttpRequest, record: BaseModel) -> str:
    """
    Return the ETag of a resource.

    :param record: what GET of it, an endpoint with `conditional_get`, answers at the moment
    """
    answer = HttpResponse(JSONRenderer().render(request, record.model_dump(), response_status=200))
    set_response_etag(answer)
    return answer.headers["ETag"]
