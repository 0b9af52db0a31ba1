"""Drinks, cold enough for dew: one function per vessel, which is filled or painted with a colour."""

from random import Random

from menu.illustrations import garnish, tableware
from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import blob
from menu.illustrations.svg import Canvas, element, ellipse, path
from menu.illustrations.toppings import Look, define_piece, draw_pieces


def _highlight(d: str, opacity: float, width: float = 9) -> str:
    return path(d, fill="none", stroke="#fff", stroke_width=width, stroke_opacity=opacity)


def bottle(rng: Random, canvas: Canvas, colour: str) -> str:
    body = (
        "M215 74L215 118C214 160 170 168 170 222L170 418Q170 444 198 444L282 444Q310 444 310 418L310 222"
        "C310 168 266 160 265 118L265 74Z"
    )
    dark = mix(colour, "#0d4a6b", 0.55)
    glass = canvas.linear_gradient(
        (0, dark),
        (0.1, mix(colour, "#ffffff", 0.25)),
        (0.3, mix(colour, "#ffffff", 0.72)),
        (0.6, colour),
        (0.88, mix(colour, dark, 0.4)),
        (1, dark),
    )
    water = canvas.linear_gradient(
        (0, "#fff", 0.5), (0.16, "#fff", 0.35), (0.19, dark, 0.02), (1, dark, 0.4), vertical=True
    )
    label = canvas.linear_gradient((0, "#cfdfe6"), (0.25, "#ffffff"), (0.7, "#f4f8fa"), (1, "#b9ced8"))
    cap = canvas.linear_gradient(
        (0, darker(dark, 0.2)), (0.3, mix(dark, "#ffffff", 0.5)), (0.7, dark), (1, darker(dark, 0.4))
    )
    ridges = "".join(f"M{x} 44V72" for x in range(216, 268, 6))
    return (
        tableware.shadow(canvas, 246, 440, 120, 22)
        + path(body, fill=glass, fill_opacity=0.9, stroke=dark, stroke_width=2.5)
        + path(body, fill=water)
        + element("rect", x=209, y=38, width=62, height=40, rx=7, fill=cap)
        + path(ridges, stroke="#fff", stroke_width=1.5, stroke_opacity=0.35)
        + element("rect", x=211, y=80, width=58, height=8, rx=4, fill=dark)
        + path("M170 256Q240 266 310 256L310 362Q240 372 170 362Z", fill=label)
        + path("M170 336Q205 312 240 332T310 328L310 362Q240 372 170 362Z", fill=dark, fill_opacity=0.85)
        + path("M170 346Q205 326 240 344T310 340", fill="none", stroke="#fff", stroke_width=3, stroke_opacity=0.6)
        + path("M240 270Q262 298 255 311A18 18 0 0 1 225 311Q218 298 240 270Z", fill=dark)
        + _highlight("M232 302Q230 312 237 316", 0.8, 3.5)
        + _highlight("M186 226L186 408", 0.55, 10)
        + _highlight("M228 98L228 128Q226 150 208 172", 0.6, 6)
        + _highlight("M298 236L298 400", 0.35, 4)
        + tableware.bubbles(rng, 12, (196, 200, 290, 250), 4)
        + tableware.bubbles(rng, 10, (190, 380, 290, 430), 4)
        + tableware.dew(rng, canvas, 40, (176, 190, 304, 434))
    )


def glass(rng: Random, canvas: Canvas, colour: str) -> str:
    content_outline = "M158 150L176 418Q178 434 196 434L284 434Q302 434 304 418L322 150Q240 166 158 150Z"
    glass_outline = "M152 96L174 426Q176 444 196 444L284 444Q304 444 306 426L328 96Q240 112 152 96Z"
    drink = canvas.linear_gradient(
        (0, lighter(colour, 0.45)), (0.3, lighter(colour, 0.12)), (0.7, colour), (1, darker(colour, 0.3)), vertical=True
    )
    shade = canvas.linear_gradient(
        (0, darker(colour, 0.4), 0.55), (0.2, colour, 0), (0.75, colour, 0), (1, darker(colour, 0.4), 0.5)
    )
    clear = canvas.linear_gradient((0, "#cfe3ea", 0.6), (0.14, "#fff", 0.2), (0.8, "#fff", 0.14), (1, "#bcd6e0", 0.6))
    straw = canvas.linear_gradient((0, "#d4362a"), (0.4, "#ff8d78"), (1, "#a81f16"))
    mint = (
        define_piece(canvas, Look("leaf", "#4fa637"), rng, scale=1.25, rotation=-62),
        define_piece(canvas, Look("leaf", "#3f9430"), rng, scale=1.05, rotation=28),
    )
    cubes = [
        ((204, 186), 62, rng.randint(-24, -8)),
        ((268, 182), 60, rng.randint(8, 28)),
        ((232, 244), 58, rng.randint(-10, 40)),
    ]
    return (
        tableware.shadow(canvas, 246, 440, 120, 22)
        + path(glass_outline, fill=clear)
        + path("M262 160L300 22L313 26L276 164Z", fill=straw)
        + path(content_outline, fill=drink)
        + path(content_outline, fill=shade)
        + ellipse(240, 151, 82, 13, fill=lighter(colour, 0.55), stroke="#fff", stroke_width=1.5, stroke_opacity=0.7)
        + "".join(tableware.ice(canvas, at, side, turn) for at, side, turn in cubes)
        + tableware.bubbles(rng, 26, (186, 270, 292, 420), 4)
        + path(glass_outline, fill="none", stroke="#d7e8ee", stroke_width=3, stroke_opacity=0.9)
        + ellipse(240, 98, 88, 13, fill="#fff", fill_opacity=0.16, stroke="#e6f1f5", stroke_width=3)
        + garnish.lemon(canvas, (168, 96), 47)
        + draw_pieces([(mint[0], (232, 132)), (mint[1], (252, 138))])
        + _highlight("M174 168L188 400", 0.5, 9)
        + _highlight("M308 180L297 330", 0.35, 4)
        + tableware.dew(rng, canvas, 34, (178, 200, 304, 424))
    )


def wine_glass(rng: Random, canvas: Canvas, colour: str) -> str:
    glass_outline = "M162 44C138 150 150 256 240 268C330 256 342 150 318 44Q240 58 162 44Z"
    content_outline = "M151 140C152 206 176 252 240 260C304 252 328 206 329 140Q240 162 151 140Z"
    wine = canvas.radial_gradient(
        (0, lighter(mix(colour, "#e0203c", 0.4), 0.1)), (0.5, colour), (1, darker(colour, 0.6)), cx=0.38, cy=0.3, r=0.8
    )
    clear = canvas.linear_gradient((0, "#cfe3ea", 0.55), (0.16, "#fff", 0.16), (0.8, "#fff", 0.1), (1, "#bcd6e0", 0.55))
    stem = canvas.linear_gradient((0, "#9fb6c0", 0.9), (0.35, "#ffffff", 0.95), (1, "#8aa4b0", 0.9))
    foot = canvas.radial_gradient((0, colour, 0.45), (0.35, "#e9f2f5", 0.7), (0.8, "#d2e1e7", 0.6), (1, "#9fb6c0", 0.9))
    surface = canvas.linear_gradient(
        (0, lighter(colour, 0.3)), (0.5, mix(colour, "#d4304a", 0.35)), (1, darker(colour, 0.2))
    )
    return (
        tableware.shadow(canvas, 246, 436, 122, 22)
        + ellipse(240, 426, 88, 18, fill=foot, stroke="#c7d8df", stroke_width=2)
        + path("M234 262L234 392Q232 416 196 424L284 424Q248 416 246 392L246 262Z", fill=stem)
        + path(glass_outline, fill=clear)
        + path(content_outline, fill=wine)
        + ellipse(240, 141, 89, 15, fill=surface, stroke="#ffb3bd", stroke_width=1.5, stroke_opacity=0.6)
        + path(glass_outline, fill="none", stroke="#dbe9ee", stroke_width=3)
        + ellipse(240, 46, 78, 11, fill="#fff", fill_opacity=0.15, stroke="#e6f1f5", stroke_width=3)
        + _highlight("M172 82Q160 150 178 204", 0.6, 10)
        + _highlight("M186 222Q194 234 204 240", 0.5, 8)
        + _highlight("M312 96Q320 150 308 196", 0.35, 4)
        + _highlight("M172 420Q196 412 214 412", 0.7, 3)
    )


def beer_glass(rng: Random, canvas: Canvas, colour: str) -> str:
    glass_outline = "M146 104Q150 220 168 300L176 424Q178 446 198 446L282 446Q302 446 304 424L312 300Q330 220 334 104Z"
    content_outline = (
        "M154 128Q158 222 175 300L183 416Q184 434 200 434L280 434Q296 434 297 416L305 300Q322 222 326 128Z"
    )
    beer = canvas.linear_gradient((0, lighter(colour, 0.3)), (0.4, colour), (1, darker(colour, 0.42)), vertical=True)
    shade = canvas.linear_gradient(
        (0, darker(colour, 0.5), 0.6),
        (0.24, colour, 0),
        (0.42, "#fff1b0", 0.4),
        (0.6, colour, 0),
        (1, darker(colour, 0.5), 0.55),
    )
    foam = canvas.radial_gradient((0, "#fffefa"), (0.6, "#fff6df"), (1, "#e9cf9c"), cx=0.4, cy=0.32, r=0.72)
    head = "".join(
        path(blob(rng, rng.uniform(27, 34), wobble=0.08, points=9, at=(x, y + rng.uniform(-4, 4))), fill=foam)
        for y, xs in ((84, (176, 214, 256, 302)), (116, (156, 196, 240, 284, 322)))
        for x in xs
    )
    drip = (
        "M138 122Q138 100 166 100Q190 92 212 98Q240 90 262 98Q292 92 312 100Q342 102 342 122"
        "Q340 148 324 144Q322 150 306 152Q296 152 294 140Q288 168 274 168Q262 166 260 146"
        "Q248 152 238 142Q226 194 210 192Q198 188 200 150Q184 162 174 146Q160 158 154 140"
        "Q138 140 138 122Z"
    )
    froth = canvas.linear_gradient((0, "#fffaf0"), (0.6, "#fff2d6"), (1, "#f0d8a4"), vertical=True)
    return (
        tableware.shadow(canvas, 246, 442, 122, 22)
        + path(glass_outline, fill="#e4eff3", fill_opacity=0.4, stroke="#d7e8ee", stroke_width=3)
        + path(content_outline, fill=beer)
        + path(content_outline, fill=shade)
        + tableware.bubbles(rng, 34, (186, 190, 294, 424), 4)
        + tableware.bubbles(rng, 20, (190, 170, 290, 300), 2.6)
        + head
        + path(drip, fill=froth)
        + tableware.bubbles(rng, 14, (170, 90, 310, 124), 5)
        + _highlight("M172 176Q176 250 190 306L196 404", 0.5, 10)
        + _highlight("M310 190Q304 250 294 300", 0.4, 5)
        + tableware.dew(rng, canvas, 34, (182, 200, 300, 430))
    )


def can(rng: Random, canvas: Canvas, colour: str) -> str:
    body = "M176 84Q160 96 156 118L156 398Q160 420 178 434Q240 450 302 434Q320 420 324 398L324 118Q320 96 304 84Z"
    paint = canvas.linear_gradient(
        (0, darker(colour, 0.6)),
        (0.12, colour),
        (0.28, lighter(colour, 0.5)),
        (0.42, colour),
        (0.78, darker(colour, 0.2)),
        (0.92, darker(colour, 0.55)),
        (1, darker(colour, 0.3)),
    )
    metal = canvas.linear_gradient(
        (0, "#8c9399"), (0.25, "#f6f8f9"), (0.5, "#b9c0c5"), (0.75, "#eef1f3"), (1, "#7d858b")
    )
    wave = canvas.linear_gradient((0, "#e8d8cf", 0.8), (0.28, "#ffffff"), (0.75, "#fff", 0.9), (1, "#c9b3a8", 0.8))
    return (
        tableware.shadow(canvas, 246, 436, 126, 24)
        + path(body, fill=paint)
        + path("M156 300Q200 330 246 276T324 214L324 262Q286 268 252 318T156 352Z", fill=wave)
        + path("M156 372Q206 388 256 342T324 286", fill="none", stroke="#fff", stroke_width=5, stroke_opacity=0.75)
        + ellipse(240, 176, 42, 42, fill="#fff", fill_opacity=0.14)
        + tableware.bubbles(rng, 9, (200, 150, 280, 206), 12)
        + tableware.bubbles(rng, 9, (196, 146, 284, 216), 6)
        + path(
            "M160 402Q240 424 320 402Q316 424 302 434Q240 450 178 434Q164 424 160 402Z", fill=metal, fill_opacity=0.85
        )
        + path("M160 108Q164 94 176 84L304 84Q316 94 320 108Q240 128 160 108Z", fill=metal)
        + ellipse(240, 84, 66, 15, fill=metal, stroke="#6f777c", stroke_width=1.5)
        + ellipse(240, 84, 57, 11, fill="#9aa2a8")
        + ellipse(240, 89, 20, 6, fill="#5a6268")
        + ellipse(240, 80, 15, 6, fill=metal, stroke="#757d83", stroke_width=1.5)
        + _highlight("M186 128L186 396", 0.4, 11)
        + tableware.dew(rng, canvas, 56, (162, 118, 318, 400))
    )
