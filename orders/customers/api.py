"""API endpoints of a customer's profile."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from phonenumber_field.phonenumber import to_python
from pydantic import AfterValidator, Field

from orders.customers import selectors, services
from orders.customers.forms import ProfileForm
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of
from pizzeria.foundation.api.schemas import RequestBody, ResponseBody, cleaned_by, with_example
from pizzeria.foundation.api_auth import ANY_TOKEN

router = Router(tags=["profile"], auth=ANY_TOKEN)


def _e164(phone: str) -> str:
    number = to_python(phone)
    return number.as_e164 if number else ""


class Profile(ResponseBody):
    """What is saved for the next order; blank: nothing."""

    name: str = Field(examples=["Anna Bianchi"])
    phone: Annotated[str, AfterValidator(_e164)] = Field(
        description="In international form (E.164)", examples=["+390612345678"]
    )


class ProfileChange(RequestBody):
    model_config = with_example(name="Anna Bianchi", phone="+390612345678")

    name: Annotated[
        str,
        Field(description="Blank: delete it", examples=["Anna Bianchi"]),
        cleaned_by(ProfileForm.base_fields["name"]),
    ]
    phone: Annotated[
        str,
        Field(description="Blank: delete it", examples=["+390612345678"]),
        cleaned_by(ProfileForm.base_fields["phone"], then=lambda phone: phone.as_e164 if phone else ""),
    ]


@router.get("/me", response=Profile, summary="The caller's profile")
def profile(request: HttpRequest) -> selectors.SavedContact:
    """Return the name and phone that the caller's orders begin with."""
    return selectors.saved_contact(actor_of(request))


@router.put("/me", response=Profile, summary="Change the profile")
def change_profile(request: HttpRequest, body: ProfileChange) -> selectors.SavedContact:
    """Save name and phone for the next order. Placed orders keep what they were placed with."""
    by: Actor = actor_of(request)
    services.change_contact(name=body.name, phone=body.phone, by=by, at=clock.now())
    return selectors.saved_contact(by)
