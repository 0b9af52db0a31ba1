from pizzeria.foundation.forms import ShopForm, name_field, phone_field


class ProfileForm(ShopForm):
    """Form for a customer's saved name and phone. A field left empty deletes the saved value."""

    name = name_field(required=False)
    phone = phone_field(required=False)

    def contact(self) -> dict[str, str]:
        """Return the data of a valid form, the phone in international form (E.164)."""
        phone = self.cleaned_data["phone"]
        return {"name": self.cleaned_data["name"], "phone": phone.as_e164 if phone else ""}
