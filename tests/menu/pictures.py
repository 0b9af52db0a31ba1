"""Pictures as managers upload them, made by Pillow in memory, and files that only pretend to be pictures."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from menu import services as menu_services
from menu.models import Pizza
from menu.pictures import encode_picture
from pizzeria.foundation.actor import SYSTEM

RED, BLUE = (200, 30, 20), (20, 40, 200)
SENTENCE = "Nine tenths of a pizza is the oven."


def photo(width=640, height=480, *, mode="RGB", colour=RED):
    return Image.new(mode, (width, height), colour)


def encoded(image, format="JPEG", **how):
    file = BytesIO()
    image.save(file, format, **how)
    return file.getvalue()


def jpeg(width=640, height=480, **how):
    return encoded(photo(width, height), **how)


def upload(content, name="pizza.jpg", content_type="image/jpeg"):
    return SimpleUploadedFile(name, content, content_type)


def encode(content):
    return encode_picture(BytesIO(content), size=len(content))


def decoded(content):
    return Image.open(BytesIO(content))


def picture_of(slug, *, at, alt_text="", content=None):
    """Set the picture of a pizza; return it."""
    pizza = Pizza.objects.get(slug=slug)
    menu_services.set_picture(pizza, picture=encode(content or jpeg()), alt_text=alt_text, by=SYSTEM, at=at)
    return pizza.picture
