"""Pictures as managers upload them: what is refused, and what is kept of what is accepted."""

import resource
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from menu.models import PICTURE_WIDTHS
from menu.pictures import MAX_BYTES, PictureRefused, encode_picture
from tests.length import by_length
from tests.menu.pictures import BLUE, RED, decoded, encode, encoded, jpeg, photo

SECRET = "Via Appia 7, Roma"
NOT_A_PICTURE = "This is not a picture that we can read. JPEG, PNG or WebP, please."
TOO_MANY_PIXELS = "At most 20 megapixels, please."
CUT_OFF = "This file is damaged or cut off"


def png_header(width, height):
    """Return a PNG that states a size and has no pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def webp_header(width, height):
    """Return a WebP that states a size and has no pixels."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def jpeg_header(width, height):
    """Return a JPEG that states a size and has the pixels of a small one."""
    small = jpeg(640, 480)
    size = struct.pack(">HH", 480, 640)
    assert small.count(size) == 1
    return small.replace(size, struct.pack(">HH", height, width))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_as_webp_in_three_widths_and_square(format):
    picture = encode(encoded(photo(900, 600), format))

    assert (picture.width, picture.height) == (900, 600)
    assert [rendition.width for rendition in picture.renditions] == list(PICTURE_WIDTHS)
    for rendition in picture.renditions:
        image = decoded(rendition.content)
        assert (image.format, image.size) == ("WEBP", (rendition.width, rendition.width))


def test_the_middle_of_a_wide_picture_is_kept():
    image = photo(1600, 500, colour=BLUE)
    image.paste(RED, (550, 0, 1050, 500))

    [smallest, *_others] = encode(encoded(image, "PNG")).renditions

    corners = [decoded(smallest.content).convert("RGB").getpixel(place) for place in ((5, 5), (194, 194))]
    assert all(red > 150 and blue < 100 for red, _green, blue in corners)


def test_a_picture_that_lies_on_its_side_by_its_orientation_is_turned_upright():
    image = photo(800, 600, colour=BLUE)
    image.paste(RED, (0, 0, 300, 600))  # to the left: on top of the upright picture
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = encode(encoded(image, exif=exif))

    assert (picture.width, picture.height) == (600, 800)
    shown = decoded(picture.renditions[0].content).convert("RGB")
    top, bottom = shown.getpixel((100, 10)), shown.getpixel((100, 190))
    assert (top[0] > top[2], bottom[2] > bottom[0]) == (True, True)


def with_metadata(format):
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = SECRET  # description, artist
    exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 53.0, 30.0), 29: SECRET})  # GPS
    info = PngInfo()
    info.add_text("Comment", SECRET)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    how = {
        "JPEG": {"comment": SECRET.encode(), "xmp": SECRET.encode()},
        "PNG": {"pnginfo": info},
        "WEBP": {"xmp": SECRET.encode()},
    }
    return encoded(photo(), format, exif=exif, icc_profile=SECRET.encode(), **how[format])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_survives_of_a_picture_with_gps_colour_profile_xmp_and_comments(format):
    content = with_metadata(format) + b"<script>alert(1)</script>" + SECRET.encode()
    assert content.count(SECRET.encode()) >= 3

    for rendition in encode(content).renditions:
        assert SECRET.encode() not in rendition.content
        assert b"script" not in rendition.content
        for chunk in (b"EXIF", b"XMP ", b"ICCP", b"Exif"):
            assert chunk not in rendition.content
        assert not decoded(rendition.content).getexif()


def test_the_renditions_of_the_same_pixels_are_the_same_whatever_else_is_in_the_file():
    plain = encoded(photo(), "PNG")

    assert encode(with_metadata("PNG")).renditions == encode(plain).renditions


@pytest.mark.parametrize(("mode", "colour"), [("L", 90), ("LA", (90, 120)), ("P", 3), ("RGBA", (*RED, 0)), ("1", 1)])
def test_grey_transparent_and_indexed_pictures_are_accepted(mode, colour):
    [smallest, *_others] = encode(encoded(photo(mode=mode, colour=colour), "PNG")).renditions

    assert decoded(smallest.content).mode == ("RGBA" if "A" in mode else "RGB")


def test_a_picture_for_print_is_accepted():
    assert encode(encoded(photo(mode="CMYK", colour=(0, 200, 200, 0)))).width == 640


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_of_an_animated_picture_the_first_frame_is_kept(format):
    frames = encoded(photo(colour=RED), format, save_all=True, append_images=[photo(colour=BLUE)], duration=100)

    [smallest, *_others] = encode(frames).renditions

    image = decoded(smallest.content)
    assert not getattr(image, "is_animated", False)
    red, _green, blue = image.convert("RGB").getpixel((100, 100))
    assert red > blue


FAKES = {
    "text": b"Margherita",
    "empty": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><title>Pizza</title>",
    "zip": b"PK\x03\x04" + b"\0" * 40,
    "pdf": b"%PDF-1.7 " + b"\0" * 40,
    "html in front of a picture": b"<script>alert(1)</script>" + jpeg(),
    "gif": encoded(photo(), "GIF"),
    "bmp": encoded(photo(), "BMP"),
    "tiff": encoded(photo(), "TIFF"),
    "first bytes of a jpeg only": b"\xff\xd8\xff\xe0",
    "first bytes of a webp only": b"RIFF\x10\0\0\0WEBPVP8Z",
    "webp without pixels": webp_header(800, 600),
}


@pytest.mark.parametrize("content", FAKES.values(), ids=FAKES)
def test_what_is_no_picture_is_refused_with_a_sentence(content):
    with pytest.raises(PictureRefused, match=NOT_A_PICTURE):
        encode(content)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_cut_off_is_refused(format):
    noise = Image.effect_noise((640, 480), 80).convert("RGB")
    content = encoded(noise, format)

    with pytest.raises(PictureRefused, match=rf"{CUT_OFF}|{NOT_A_PICTURE}"):
        encode(content[: len(content) // 2])


@pytest.mark.parametrize("bomb", [png_header, webp_header, jpeg_header])
@pytest.mark.parametrize("size", [(5001, 4000), (8000, 6250), (16383, 16383)])
def test_a_picture_of_more_than_twenty_megapixels_is_refused_by_its_header_without_decoding_it(bomb, size):
    content, before = bomb(*size), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(PictureRefused, match=TOO_MANY_PIXELS):
        encode(content)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes; its pixels are 60 MB


@pytest.mark.parametrize("size", [(479, 2000), (2000, 479), (1, 1)])
def test_a_picture_that_would_look_blurred_is_refused_with_its_size(size):
    with pytest.raises(PictureRefused, match=f"At least 480 pixels .* this picture has {size[0]} × {size[1]}"):
        encode(encoded(photo(*size), "PNG"))


def test_a_file_of_more_than_five_megabytes_is_refused_and_not_read():
    file = BytesIO(jpeg() + b"\0" * MAX_BYTES)

    with pytest.raises(PictureRefused, match=r"At most 5 MB, please: this file has 5\.0"):
        encode_picture(file, size=len(file.getvalue()))

    assert file.tell() == 0


def test_a_file_that_is_larger_than_it_says_is_refused():
    upload = SimpleUploadedFile("pizza.jpg", jpeg() + b"\0" * MAX_BYTES)

    with pytest.raises(PictureRefused, match="At most 5 MB, please"):
        encode_picture(upload, size=1)


@pytest.mark.long
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@hypothesis_settings(max_examples=by_length(15, 500))
@given(data=st.data())
def test_any_damage_to_a_file_is_refused_or_leaves_a_picture_in_all_its_widths(format, data):
    content = bytearray(encoded(photo(480, 480), format))
    for _time in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    widths = [*PICTURE_WIDTHS]
    with suppress(PictureRefused):
        widths = [rendition.width for rendition in encode(bytes(content)).renditions]

    assert widths == [*PICTURE_WIDTHS]
