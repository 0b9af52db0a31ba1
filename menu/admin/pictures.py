"""Pictures in the admin: the field that uploads one, its part of the form, and the column of the lists."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.forms import ModelForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from menu import services
from menu.admin.rows import MenuAdmin, by_and_at
from menu.models import CARD_WIDTH, MAX_ALT_TEXT, THUMBNAIL_WIDTH, Category, Dish, MenuItem, Picture, PicturedModel
from menu.pictures import PictureEncoding, PictureRefused, encode_picture
from pizzeria.foundation.admin import ShopAdminForm
from pizzeria.foundation.forms import SingleLineField

PICTURE_FIELDS = ("picture_file", "picture_alt_text")
THUMBNAIL_SIDE = 40  # in the lists, in CSS pixels


class PictureInput(forms.ClearableFileInput):
    """The widget of a picture: it shows the present one, of which it knows the ref, and a box to remove it."""

    template_name = "admin/menu/picture_input.html"

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if value:
            context["widget"]["picture_url"] = reverse("menu:picture", args=[value, CARD_WIDTH])
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return super().render(name, value, attrs, TemplatesSetting())  # the template is the shop's, not an app's


class PictureField(forms.FileField):
    """
    The field of a picture. Its cleaned value is a `PictureEncoding`, False to remove the picture, else nothing new.

    The value that the form was opened with is the ref of the picture, as a text.
    """

    widget = PictureInput

    def to_python(self, data: Any) -> Any:
        return data if isinstance(data, str) else super().to_python(data)

    def clean(self, data: Any, initial: Any = None) -> Any:
        data = super().clean(data, initial)
        if not isinstance(data, UploadedFile):
            return data
        try:
            return encode_picture(data, size=data.size or 0)
        except PictureRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        if data is None:
            return False  # nothing was uploaded
        if isinstance(data, str) or data is False:
            return (data or "") != (initial or "")
        return True


class PictureForm(ShopAdminForm):
    """The admin's form of what can have a picture."""

    copied_picture: ClassVar[Picture | None] = None  # of the item of which a new one is a copy

    picture_file = PictureField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most 5 MB and 20 megapixels, at least 480 pixels each way. It is cut to a square; "
            "where and with what it was taken is not kept. Without one, guests see the drawn illustration."
        ),
    )
    picture_alt_text = SingleLineField(
        label=gettext_lazy("Description of the picture"),
        required=False,
        max_length=MAX_ALT_TEXT,
        help_text=gettext_lazy("For guests who do not see it, like “Basil leaves on melted mozzarella”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.instance.picture or self.copied_picture
        self.initial["picture_file"] = str(shown.ref) if shown else ""
        self.initial["picture_alt_text"] = shown.alt_text if shown else ""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors and isinstance(self.cleaned_data.get("picture_file"), PictureEncoding):
            self.add_error("picture_file", _("Please choose the picture once more when the rest is right."))


class PictureAdmin[M: Category | MenuItem](MenuAdmin[M]):
    """The admin of what can have a picture."""

    list_select_related = ["picture"]

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save the row, then its picture, in the same transaction."""
        super().save_model(request, obj, form, change)
        if isinstance(form, PictureForm):
            _save_picture(form, obj, **by_and_at(request))

    @admin.display(description=gettext_lazy("picture"))
    def thumbnail(self, row: M) -> str:
        url = _thumbnail_url(row)
        image = '<img class="menu-thumbnail" src="{}" alt="" width="{}" height="{}" loading="lazy">'
        return format_html(image, url, THUMBNAIL_SIDE, THUMBNAIL_SIDE) if url else ""


def edited_fields(form: ModelForm) -> list[str]:  # type: ignore[type-arg]
    """Return the fields that a form has changed, as the log names them: a picture is one field."""
    fields = [name for name in form.changed_data if name not in PICTURE_FIELDS]
    return fields if len(fields) == len(form.changed_data) else [*fields, "picture"]


def _save_picture(form: PictureForm, row: Category | MenuItem, **acting: Any) -> None:
    uploaded, alt_text = form.cleaned_data.get("picture_file"), form.cleaned_data.get("picture_alt_text", "")
    if isinstance(uploaded, PictureEncoding):
        services.set_picture(row, picture=uploaded, alt_text=alt_text, **acting)
    elif uploaded is False:
        services.set_picture(row, picture=None, alt_text="", **acting)
    elif row.picture is None and form.copied_picture is not None:
        services.copy_picture(row, source=form.copied_picture, alt_text=alt_text, **acting)
    elif "picture_alt_text" in form.changed_data:
        services.describe_picture(row, alt_text=alt_text)


def _thumbnail_url(row: PicturedModel) -> str:
    if row.picture is not None:
        return reverse("menu:picture", args=[row.picture.ref, THUMBNAIL_WIDTH])
    return (
        reverse("menu:current_illustration", args=[row.slug]) if isinstance(row, Dish) and not row.is_archived else ""
    )
