"""The illustrations of pizzas and simple items, drawn as SVG."""

import re
from math import hypot
from xml.etree import ElementTree as ET

import pytest

from menu.illustrations import MOTIFS, SHAPES, Look, draw_pizza, draw_simple_item
from menu.illustrations.dough import CENTER, CHEESE_RADIUS
from menu.models import SimpleItemMotif, ToppingShape

SVG = "{http://www.w3.org/2000/svg}"
LIMIT = 30_720

COLOURS = ("#c5351b", "#4f9d2f", "#f6ecd2", "#93305f")
EVERYTHING = [Look(shape, COLOURS[count % len(COLOURS)]) for count, shape in enumerate(SHAPES)]


def every_illustration():
    yield "margherita", draw_pizza(name="Margherita", toppings=[])
    for shape in SHAPES:
        yield shape, draw_pizza(name=f"With {shape}", toppings=[Look(shape, "#c5351b")])
    yield "everything", draw_pizza(name="Everything", toppings=EVERYTHING)
    for motif in MOTIFS:
        yield motif, draw_simple_item(name=f"A {motif}", motif=motif, colour="#b8621f")


ILLUSTRATIONS = dict(every_illustration())


def test_an_illustration_of_the_same_name_and_look_is_always_the_same():
    looks = [Look("disc", "#c5351b"), Look("olive", "#2f2a2b")]

    assert draw_pizza(name="Diavola", toppings=looks) == draw_pizza(name="Diavola", toppings=looks)
    assert draw_simple_item(name="Cola", motif="can", colour="#c8202b") == draw_simple_item(
        name="Cola", motif="can", colour="#c8202b"
    )


def test_pizzas_with_different_names_are_drawn_differently():
    def drawn(name):
        return re.sub(r"<title>.*?</title>|id=\"[^\"]*\"|#p[\w-]+", "", draw_pizza(name=name, toppings=[]))

    assert drawn("Margherita") != drawn("Marinara")


def test_adding_a_topping_does_not_change_the_crust_of_an_illustration():
    def crust(toppings):
        return re.search(r"<path id=\"[^\"]*\" d=\"([^\"]*)\"", draw_pizza(name="Mine", toppings=toppings))[1]

    assert crust([Look("disc", "#c5351b")]) == crust(EVERYTHING)


@pytest.mark.parametrize("drawn", ILLUSTRATIONS.values(), ids=ILLUSTRATIONS)
def test_an_illustration_is_self_contained_and_passes_a_strict_content_security_policy(drawn):
    root = ET.fromstring(drawn)
    elements = list(root.iter())
    ids = [element.get("id") for element in elements if element.get("id")]

    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("viewBox") == "0 0 480 480"
    assert not {element.tag.removeprefix(SVG) for element in elements} & {"style", "script", "image", "text", "filter"}
    assert not [name for element in elements for name in element.attrib if name == "style" or name.startswith("on")]
    assert "://" not in drawn.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"href=\"#([^\"]+)|url\(#([^)]+)", drawn)) <= {(key, "") for key in ids} | {
        ("", key) for key in ids
    }


@pytest.mark.parametrize("drawn", ILLUSTRATIONS.values(), ids=ILLUSTRATIONS)
def test_an_illustration_contains_no_malformed_number(drawn):
    assert not re.search(r"\b(nan|inf|None)\b|[ \"(]\.[ \"h)]|\de-", drawn)


def test_illustrations_on_the_same_page_share_no_element_id():
    ids = [re.findall(r" id=\"([^\"]+)\"", drawn) for drawn in ILLUSTRATIONS.values()]

    assert sum(map(len, ids)) == len(set().union(*ids))


@pytest.mark.parametrize("names", [list(SHAPES)[start:] + list(SHAPES)[:start] for start in range(12)])
def test_the_illustration_of_a_pizza_with_ten_toppings_stays_below_the_size_limit(names):
    looks = [Look(shape, "#c5351b") for shape in names[:10]]

    assert len(draw_pizza(name="The lot", toppings=looks).encode()) < LIMIT


@pytest.mark.parametrize("drawn", [ILLUSTRATIONS[motif] for motif in MOTIFS], ids=list(MOTIFS))
def test_the_illustration_of_a_simple_item_stays_below_the_size_limit(drawn):
    assert len(drawn.encode()) < LIMIT


def test_a_name_with_special_characters_is_escaped_in_the_title_of_its_illustration():
    name = 'Salt & "Pepper" <hot>'
    root = ET.fromstring(draw_pizza(name=name, toppings=[]))

    assert root.findtext(f"{SVG}title") == name


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x1f", "\ufffe", "\uffff"], ids=ascii)
def test_a_character_that_xml_does_not_allow_is_left_out_of_the_title_of_an_illustration(character):
    """Otherwise browsers would show no illustration at all."""
    for drawn in (
        draw_pizza(name=f"Dia{character}vola", toppings=[]),
        draw_simple_item(name=f"Dia{character}vola", motif="can", colour="#c8202b"),
    ):
        assert ET.fromstring(drawn).findtext(f"{SVG}title") == "Diavola"


def test_the_illustration_of_a_simple_item_can_be_drawn_in_another_size():
    root = ET.fromstring(draw_simple_item(name="Cola", motif="can", colour="#c8202b", size=120))

    assert root.get("viewBox") == "0 0 120 120"
    assert root.find(f"{SVG}g").get("transform") == "scale(0.25)"


@pytest.mark.parametrize("look", [Look("anchovy", "#c5351b"), Look("disc", "red"), Look("disc", "#c5351b;x")])
def test_drawing_a_topping_of_unknown_shape_or_invalid_colour_raises_value_error(look):
    named = look.shape if look.shape == "anchovy" else look.colour

    with pytest.raises(ValueError, match=re.escape(named)):
        draw_pizza(name="Odd", toppings=[look])


def test_drawing_a_simple_item_of_unknown_motif_or_invalid_colour_raises_value_error():
    with pytest.raises(ValueError, match="teapot"):
        draw_simple_item(name="Tea", motif="teapot", colour="#c5351b")
    with pytest.raises(ValueError, match="brown"):
        draw_simple_item(name="Tea", motif="cup", colour="brown")


def points(d):
    numbers = [float(found) for found in re.findall(r"-?\d*\.?\d+", re.sub(r"h\.1", "", d))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@pytest.mark.parametrize("looks", [[look] for look in EVERYTHING] + [EVERYTHING], ids=[*SHAPES, "everything"])
def test_every_topping_is_drawn_inside_the_crust(looks):
    root = ET.fromstring(draw_pizza(name="Measured", toppings=looks))
    kept = {element.get("id"): element for element in root.iter() if element.get("id")}
    # Only pieces of toppings are placed by x and y. A curve never leaves the hull of the points of its path.
    pieces = [element for element in root.iter(f"{SVG}use") if element.get("x")]

    for piece in pieces:
        away = hypot(float(piece.get("x")) - CENTER[0], float(piece.get("y")) - CENTER[1])
        body = kept[piece.get("href")[1:]][-1]
        outline = kept[kept[body.get("href")[1:]][0].get("href")[1:]]
        scale = float(re.search(r"scale\((.*?)\)", body.get("transform"))[1])
        reach = max(hypot(*point) for point in points(outline.get("d"))) + float(outline.get("stroke-width", 0)) / 2
        assert away + reach * scale < CHEESE_RADIUS

    assert len(pieces) >= 3 * len(looks) - 3


def test_every_shape_and_motif_that_a_manager_can_choose_can_be_drawn():
    assert list(SHAPES) == ToppingShape.values
    assert list(MOTIFS) == SimpleItemMotif.values
