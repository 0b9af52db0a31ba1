import phonenumbers
import pytest
from django import forms

import kitchen.forms
import menu.forms
import orders.forms
import orders.urls  # imports the views, and so the forms declared in them
from pizzeria.foundation.forms import MomentField, ShopForm, SplitMomentField, email_field, name_field, phone_field

OURS = ("kitchen", "menu", "orders")


class OrderForm(ShopForm):
    name = forms.CharField(max_length=3)
    guests = forms.IntegerField(min_value=1, max_value=9)
    table = forms.ChoiceField(choices=[("window", "by the window")])
    town = forms.CharField(error_messages={"required": "Please tell us the town."})


class TableForm(OrderForm):
    key = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        if self.cleaned_data.get("town") == "Atlantis":
            raise forms.ValidationError("We do not go there.")


def forms_of(kind):
    return {form for sub in kind.__subclasses__() for form in {sub} | forms_of(sub)}


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "", "Please fill this in."),
        ("name", "Anna", "That is too long: 3 characters at most, please."),
        ("name", "A\x00", "We cannot read that. Please check it once more."),
        ("guests", "many", "A whole number, please."),
        ("guests", "0", "1 at least, please."),
        ("guests", "10", "9 at most, please."),
        ("table", "cellar", "Please choose one of these."),
        ("town", "", "Please tell us the town."),
    ],
)
def test_a_field_has_the_shops_error_message_unless_it_defines_its_own(field, typed, message):
    form = OrderForm({"name": "Eva", "guests": "2", "table": "window", "town": "Roma", field: typed})

    assert form.errors == {field: [message]}


def test_every_form_of_the_apps_is_a_shop_form():
    ours = {form for form in forms_of(forms.Form) if form.__module__.partition(".")[0] in OURS}

    assert {orders.forms.CheckoutForm, menu.forms.PizzaForm, kitchen.forms.PauseForm} < ours
    assert [form for form in ours if not issubclass(form, ShopForm)] == []


@pytest.mark.parametrize(
    ("wrong", "cursor"),
    [
        ({}, []),
        ({"guests": "many", "town": ""}, ["guests"]),
        ({"table": "cellar"}, ["table"]),
        ({"town": "Atlantis"}, ["name"]),
        ({"key": ""}, ["name"]),
    ],
    ids=["nothing", "two of them", "a choice", "all of it", "what nobody sees"],
)
def test_a_form_with_errors_has_the_focus_on_its_first_invalid_visible_field(wrong, cursor):
    form = TableForm({"name": "Eva", "guests": "2", "table": "window", "town": "Roma", "key": "k", **wrong})

    assert [field.name for field in form if "autofocus" in str(field)] == cursor
    assert "autofocus" not in str(TableForm())


class SignatureForm(ShopForm):
    name = name_field()


INVISIBLE = {
    "a blank": " ",
    "a Hangul filler": "\u3164",
    "halfwidth and Jamo fillers": "\uffa0\u115f\u1160",
    "a Braille blank": "\u2800",
    "soft hyphens": "\u00ad\u00ad",
    "an Arabic letter mark": "\u061c",
    "a zero-width space": "\u200b",
    "joiners alone": "\u200d\u200c",
    "tags": "\U000e0041\U000e007f",
    "a Mongolian vowel separator": "\u180e",
    "a combining mark alone": "\u0301",
    "a variation selector alone": "\ufe0f",
    "a line separator": "\u2028",
}


@pytest.mark.parametrize("typed", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_a_name_of_which_nothing_can_be_seen_is_missing(typed):
    form = SignatureForm({"name": typed})

    assert form.errors == {"name": ["Please tell us your name, so that we know whose it is."]}


@pytest.mark.parametrize("typed", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_what_cannot_be_seen_is_removed_from_a_name_unless_it_joins_letters(typed):
    form = SignatureForm({"name": f"Anna{typed}"})

    assert form.is_valid()
    assert form.cleaned_data["name"].rstrip("\u200c\u200d\u0301\ufe0f") == "Anna"


@pytest.mark.parametrize("name", ["Zoë 🍕", "می\u200cخواهم", "👩\u200d🍳", "O'Neil", "Ng", "José\u0301", "#1 ❤️", "李"])
def test_a_name_in_any_script_is_kept_as_it_was_typed(name):
    form = SignatureForm({"name": name})

    assert form.is_valid()
    assert form.cleaned_data["name"] == name


ADVERTISEMENTS = [
    "http://evil.example",
    "Win at www.evil.example now",
    "evil.com",
    "cheap-pills.shop/anna",
    "anna@evil.com",
    "Visit Evil.Xyz today",
    "evil.de",
    "evil\u3002com",
    "evil\uff0ecom",
    "evil.\u200dcom",
]


@pytest.mark.parametrize("name", ADVERTISEMENTS)
def test_a_name_with_a_link_is_refused(name):
    form = SignatureForm({"name": name})

    assert form.errors == {"name": ["Only your name, please, without a link."]}


@pytest.mark.parametrize(
    "name",
    [
        *("St. John", "M.K. Rossi", "Dr.No", "J.R.R. Tolkien", "Anna (2nd floor)", "Team 5.0", "Anna @ table 3"),
        *("A.De Rossi", "Gian.De Luca", "Dr.De Vries", "J.Co", "M.It"),
    ],
)
def test_a_name_with_a_dot_is_no_link(name):
    assert SignatureForm({"name": name}).is_valid()


class CallForm(ShopForm):
    phone = phone_field()


EXPENSIVE = {
    "premium rate in Italy": "+39899123456",
    "shared cost in Italy": "+39848123456",
    "a personal number in Britain": "+447012345678",
    "a satellite phone (Iridium)": "+881612345678",
    "a satellite phone (Inmarsat)": "+870773111632",
    "international premium rate": "+979123456789",
}


@pytest.mark.parametrize("number", EXPENSIVE.values(), ids=EXPENSIVE.keys())
def test_a_number_that_costs_extra_is_refused(number, settings):
    settings.SHOP_PHONE_REGIONS = []

    assert phonenumbers.is_valid_number(phonenumbers.parse(number))
    assert CallForm({"phone": number}).errors == {
        "phone": ["Calls to that number cost extra. Please give us another one."]
    }


def test_a_shop_calls_the_numbers_of_its_own_country_whatever_its_list(settings):
    settings.SHOP_COUNTRY, settings.SHOP_PHONE_REGIONS = "US", ["IT"]

    assert CallForm({"phone": "+12025550123"}).is_valid()


def test_a_number_of_a_country_that_the_shop_does_not_call_is_refused(settings):
    number = "+12025550123"
    assert CallForm({"phone": number}).errors == {
        "phone": ["We cannot call numbers of that country. Please give us another one."]
    }

    settings.SHOP_PHONE_REGIONS = []
    assert CallForm({"phone": number}).is_valid()


@pytest.mark.parametrize("number", ["06 1234 5678", "+39 333 123 4567", "+49 30 123456", "+41 44 668 18 00"])
def test_an_ordinary_number_is_taken(number):
    assert CallForm({"phone": number}).is_valid()


@pytest.mark.parametrize("number", ["06 1234 5678 ext. 12", "+39 06 1234 5678 x12", "tel:+390612345678;ext=12"])
def test_a_number_with_an_extension_is_refused_as_it_would_be_lost(number):
    assert CallForm({"phone": number}).errors == {
        "phone": ["A number without an extension, please: we cannot dial one."]
    }


class EmailForm(ShopForm):
    email = email_field()


@pytest.mark.parametrize("address", ["anna@localhost", "anna@mail", "anna@[127.0.0.1]", "anna@127.0.0.1", "anna@[::1]"])
def test_an_e_mail_address_to_which_no_mail_server_elsewhere_can_deliver_is_refused(address):
    assert EmailForm({"email": address}).errors == {"email": ["That does not look like an e-mail address."]}


@pytest.mark.parametrize("address", ["anna@example.com", "a.b+pizza@mail.example.co.uk", "anna@bäckerei.example"])
def test_an_ordinary_e_mail_address_is_taken(address):
    assert EmailForm({"email": address}).is_valid()


@pytest.mark.parametrize("day", ["2027-03-28", "2026-10-25"], ids=["skipped", "twice"])
def test_an_hour_in_which_the_clocks_change_is_refused_in_plain_words(day):
    message = "The clocks change then. Please choose another time."

    with pytest.raises(forms.ValidationError, match=message):
        MomentField().clean(f"{day}T02:30")
    with pytest.raises(forms.ValidationError, match=message):
        SplitMomentField().clean([day, "02:30"])
    assert MomentField().clean(f"{day}T04:30") == SplitMomentField().clean([day, "04:30"])
