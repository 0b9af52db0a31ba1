import pytest
from django import forms

import kitchen.forms
import menu.forms
import orders.forms
import orders.urls  # imports the views, and so the forms declared in them
from pizzeria.foundation.forms import ShopForm

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
