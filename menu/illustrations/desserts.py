"""Desserts, seen from the guest's chair: one function per dish."""

from math import tau
from random import Random

from menu.illustrations import garnish, tableware
from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import Point, arc, blob, dots, line, polygon
from menu.illustrations.svg import Canvas, element, path


def pudding(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw a turned-out cream with fruit sauce running down."""
    body = "M122 340L152 176Q156 150 240 150Q324 150 328 176L358 340Q354 376 240 376Q126 376 122 340Z"
    cream = canvas.linear_gradient(
        (0, "#e8d3ae"), (0.16, "#fbf0da"), (0.36, "#fffdf6"), (0.7, "#fbeed6"), (1, "#d8bd90")
    )
    sauce = canvas.linear_gradient((0, lighter(colour, 0.25)), (0.4, colour), (1, darker(colour, 0.35)), vertical=True)
    sauce_outline = (
        "M152 172Q158 146 240 146Q322 146 328 172Q334 206 326 232Q318 252 308 230Q302 210 294 226"
        "L290 268Q280 296 268 270Q264 236 250 226Q238 222 232 246Q228 316 214 318Q198 314 200 262"
        "Q196 224 184 226Q178 262 166 252Q148 236 152 172Z"
    )
    flecks = path(
        dots((rng.uniform(136, 346), rng.uniform(280, 366)) for _ in range(26)),
        stroke="#4a2a14",
        stroke_width=2,
        stroke_opacity=0.5,
    )
    red, blue = mix(colour, "#e0203c", 0.4), "#3c4a8c"
    berries_on_plate = (
        (92, 352, 20, blue),
        (122, 384, 22, red),
        (360, 382, 22, red),
        (392, 350, 19, blue),
        (332, 398, 17, blue),
    )
    berries_on_top = ((214, 150, 24, red), (262, 152, 24, red), (238, 134, 22, blue))
    return (
        tableware.plate(canvas, (240, 340), 222, squash=0.5)
        + path(blob(rng, 156, wobble=0.1, points=14, at=(240, 356), squash=0.36), fill=sauce)
        + path(body, fill=cream)
        + flecks
        + path(sauce_outline, fill=darker(colour, 0.5), fill_opacity=0.35, transform="translate(2 5)")
        + path(sauce_outline, fill=sauce)
        + path(
            "M170 170Q190 160 226 158M210 262Q208 290 212 304M166 200Q164 222 168 236",
            fill="none",
            stroke="#fff",
            stroke_width=5,
            stroke_opacity=0.55,
        )
        + path("M148 300L140 340", stroke="#fff", stroke_width=10, stroke_opacity=0.7)
        + "".join(
            garnish.berry(rng, canvas, (x, y), size, berry_colour)
            for x, y, size, berry_colour in (*berries_on_plate, *berries_on_top)
        )
        + garnish.mint(rng, canvas, (238, 114))
    )


def cup(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw three scoops in a striped cup; the second and third are pistachio and chocolate."""
    wall = "M108 268L140 424Q144 446 168 446L312 446Q336 446 340 424L372 268Z"
    paper = canvas.linear_gradient(
        (0, "#d9c3a0"), (0.18, "#fff8ea"), (0.5, "#fffdf7"), (0.8, "#f2e2c6"), (1, "#c4a67a")
    )
    shade = canvas.linear_gradient(
        (0, "#4a1c06", 0.4), (0.22, "#4a1c06", 0), (0.75, "#4a1c06", 0), (1, "#4a1c06", 0.42)
    )
    stripes = "".join(
        polygon([(x, 268), (x + 26, 268), (240 + (x + 26 - 240) * 0.77, 446), (240 + (x - 240) * 0.77, 446)])
        for x in range(122, 360, 52)
    )
    wafer = canvas.linear_gradient((0, "#f3cf8c"), (0.5, "#dfa552"), (1, "#b06f24"))
    grid = "".join(f"M{x} 60L{x + 30} 196" for x in range(300, 350, 12)) + "".join(
        f"M{294 + y // 8} {y + 70}L{346 + y // 5} {y + 62}" for y in range(0, 120, 14)
    )
    return (
        tableware.shadow(canvas, 246, 440, 150, 22)
        + element(
            "g",
            path(
                "M296 66L346 54L376 214L322 222Z", fill=wafer, stroke="#8f5a1c", stroke_width=2, stroke_linejoin="round"
            ),
            path(grid, stroke="#9c6320", stroke_width=2, stroke_opacity=0.6),
        )
        + _scoop(rng, canvas, (170, 206), 78, mix(colour, "#a8c66c", 0.85))
        + _scoop(rng, canvas, (306, 206), 78, "#7a4526")
        + _scoop(rng, canvas, (238, 136), 84, colour)
        + path(wall, fill=paper)
        + path(stripes, fill=mix(colour, "#d0402c", 0.5), fill_opacity=0.85)
        + path(wall, fill=shade)
        + element("rect", x=98, y=256, width=284, height=24, rx=12, fill=paper, stroke="#c4a67a", stroke_width=1.5)
        + garnish.berry(rng, canvas, (230, 58), 21, "#c2162e")
        + path("M232 40Q240 14 268 10", fill="none", stroke="#5a7a2a", stroke_width=4)
    )


def _scoop(rng: Random, canvas: Canvas, at: Point, radius: float, colour: str) -> str:
    x, y = at
    ball = canvas.radial_gradient(
        (0, lighter(colour, 0.65)),
        (0.4, lighter(colour, 0.2)),
        (0.75, colour),
        (1, darker(colour, 0.45)),
        cx=0.36,
        cy=0.3,
        r=0.78,
    )
    skirt = "".join(
        blob(
            rng,
            radius * rng.uniform(0.13, 0.19),
            wobble=0.15,
            points=7,
            at=(x + radius * share, y + radius * 0.9 - share * share * radius * 0.5),
        )
        for share in (-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75)
    )
    ridges = "".join(
        arc(radius * rng.uniform(0.3, 0.9), rng.uniform(0, tau), rng.uniform(0.3, 0.8), at=at, squash=0.9)
        for _ in range(12)
    )
    return (
        path(skirt, fill=mix(colour, darker(colour, 0.45), 0.5))
        + path(blob(rng, radius, wobble=0.03, points=16, at=at), fill=ball)
        + path(ridges, fill="none", stroke=darker(colour, 0.4), stroke_width=3.5, stroke_opacity=0.16)
        + path(
            dots((x + rng.gauss(0, radius * 0.4), y + rng.gauss(0, radius * 0.38)) for _ in range(16)),
            stroke=darker(colour, 0.35),
            stroke_width=4,
            stroke_opacity=0.45,
        )
        + path(
            line(
                [
                    (x - radius * 0.62, y - radius * 0.25),
                    (x - radius * 0.5, y - radius * 0.6),
                    (x - radius * 0.15, y - radius * 0.74),
                ]
            ),
            fill="none",
            stroke="#fff",
            stroke_width=8,
            stroke_opacity=0.6,
        )
    )
