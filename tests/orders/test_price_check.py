"""
The price check, against orders whose amounts were computed by hand.

The mutation tests change one stored amount of a right order, and expect the one sentence that names it.
"""

import copy

import pytest

from orders.price_check import differences
from orders.price_trace import PriceTrace

# A delivery with everything, computed by hand. Tax is included.
#
#   line 1   12.99 x 1.30 + 2.50 = 19.387, half-up 19.39       x 1 = 19.39   at 10 %
#   line 2   14.99 x 1.00        = 14.99                        x 2 = 29.98   at 10 %
#   line 3    3.50                                              x 3 = 10.50   at 20 %
#   lines                                                             59.87
#   discount 10.00, shared in cents of 1000:
#            1000 x 1939 / 5987 = 323 and 5199/5987, one of the two cents left: 3.24
#            1000 x 2998 / 5987 = 500 and 4500/5987, the other one:             5.01
#            1000 x 1050 / 5987 = 175 and 2275/5987, none:                      1.75
#            at 10 %: 3.24 + 5.01 = 8.25; at 20 %: 1.75
#   fee      59.87 is less than 60.00, so 3.00 at 20 %
#   tip      10 % of 59.87 - 10.00 = 49.87: 4.987, half-up 4.99
#   tax      10 %: 19.39 + 29.98 - 8.25 = 41.12; 41.12 x 10 / 110 = 3.738..., 3.74
#            20 %: 10.50 - 1.75 + 3.00  = 11.75; 11.75 x 20 / 120 = 1.958..., 1.96
#   total    59.87 - 10.00 + 3.00 + 4.99 = 57.86
_DELIVERY = {
    "method": "delivery",
    "lines": [
        {
            "kind": "pizza",
            "unit_price": "19.39",
            "quantity": 1,
            "tax_rate": "10",
            "parts": [{"added": [{"price": "2.50"}]}],
        },
        {"kind": "pizza", "unit_price": "14.99", "quantity": 2, "tax_rate": "10", "parts": [{"added": []}]},
        {"kind": "simple_item", "unit_price": "3.50", "quantity": 3, "tax_rate": "20", "parts": []},
    ],
    "lines_total": "59.87",
    "adjustments": [
        {"kind": "discount", "code": "FIRST10", "amount": "-8.25", "tax_rate": "10"},
        {"kind": "discount", "code": "FIRST10", "amount": "-1.75", "tax_rate": "20"},
        {"kind": "delivery_fee", "code": "old-town", "amount": "3.00", "tax_rate": "20"},
        {"kind": "tip", "code": "tip", "amount": "4.99", "tax_rate": None},
    ],
    "tax_lines": [{"rate": "10", "base": "41.12", "tax": "3.74"}, {"rate": "20", "base": "11.75", "tax": "1.96"}],
    "tax_included": True,
    "total": "57.86",
    "trace": {
        "minor_digits": 2,
        "lines": [
            {
                "base": "12.99",
                "factor": "1.30",
                "added": ["2.50"],
                "unit_price": "19.39",
                "quantity": 1,
                "total": "19.39",
                "discount": "3.24",
                "tax_rate": "10",
            },
            {
                "base": "14.99",
                "factor": "1.00",
                "added": [],
                "unit_price": "14.99",
                "quantity": 2,
                "total": "29.98",
                "discount": "5.01",
                "tax_rate": "10",
            },
            {
                "base": "3.50",
                "factor": "1",
                "added": [],
                "unit_price": "3.50",
                "quantity": 3,
                "total": "10.50",
                "discount": "1.75",
                "tax_rate": "20",
            },
        ],
        "lines_total": "59.87",
        "discount": {"code": "FIRST10", "kind": "fixed", "value": "10.00", "amount": "10.00"},
        "delivery": {"zone": "old-town", "fee": "3.00", "free_from": "60.00", "amount": "3.00", "tax_rate": "20"},
        "tip": {"percent": "10", "base": "49.87", "amount": "4.99"},
        "taxes": [{"rate": "10", "base": "41.12", "tax": "3.74"}, {"rate": "20", "base": "11.75", "tax": "1.96"}],
        "tax_included": True,
        "total": "57.86",
    },
}


@pytest.fixture
def delivery():
    return copy.deepcopy(_DELIVERY)


def pizza_step(base, *, unit_price, total, quantity=1, factor="1.00", discount="0.00", tax_rate="10"):
    return {
        "base": base,
        "factor": factor,
        "added": [],
        "unit_price": unit_price,
        "quantity": quantity,
        "total": total,
        "discount": discount,
        "tax_rate": tax_rate,
    }


def pickup_of(*steps, lines_total, total, adjustments=(), taxes=(), included=True, digits=2, discount=None, tip=None):
    """Return the data of a pickup: pizzas without added toppings, and (rate, base, tax) as taxes."""
    lines = [
        {key: step[key] for key in ("unit_price", "quantity", "tax_rate")} | {"kind": "pizza", "parts": [{"added": []}]}
        for step in steps
    ]
    tax_lines = [{"rate": rate, "base": base, "tax": tax} for rate, base, tax in taxes]
    sums = {"lines_total": lines_total, "tax_included": included, "total": total}
    trace = {"minor_digits": digits, "lines": [*steps], "discount": discount, "delivery": None, "tip": tip}
    event = {"method": "pickup", "lines": lines, "adjustments": [*adjustments], "tax_lines": tax_lines}
    return event | sums | {"trace": trace | sums | {"taxes": copy.deepcopy(tax_lines)}}


def change(placed, path, value):
    """Set the value at a path such as `trace.lines.0.total`."""
    *parents, last = path.split(".")
    place = placed
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value


def test_a_delivery_with_discount_fee_and_tip_has_no_differences(delivery):
    assert differences(delivery) == []


def test_the_trace_is_checked_as_it_is_stored(delivery):
    delivery["trace"] = PriceTrace.model_validate(delivery["trace"]).model_dump(mode="json")

    assert differences(delivery) == []


def test_a_pickup_without_anything_has_no_differences():
    # 12.99 x 1.30 = 16.887, half-up 16.89; included tax 16.89 x 10 / 110 = 1.535..., 1.54
    step = pizza_step("12.99", factor="1.30", unit_price="16.89", total="16.89")

    placed = pickup_of(step, lines_total="16.89", taxes=[("10", "16.89", "1.54")], total="16.89")

    assert differences(placed) == []


def test_delivery_is_free_from_a_total_of_the_lines_before_the_discount(delivery):
    # 59.87 reaches 59.87, although 49.87 is paid for the lines; 10.50 - 1.75 = 8.75; 8.75 x 20 / 120 = 1.458..., 1.46
    change(delivery, "trace.delivery.free_from", "59.87")
    change(delivery, "trace.delivery.amount", "0.00")
    del delivery["adjustments"][2]
    for path in ("tax_lines.1", "trace.taxes.1"):
        change(delivery, path, {"rate": "20", "base": "8.75", "tax": "1.46"})
    for path in ("total", "trace.total"):
        change(delivery, path, "54.86")

    assert differences(delivery) == []


@pytest.mark.parametrize(
    ("tip", "total"),
    [
        # 40.77 + 5.00 + 3.62
        pytest.param({"percent": None, "base": "0.00", "amount": "5.00"}, "49.39", id="a free amount"),
        # 10 % of 40.77 without the tax is 4.077, 4.08; 40.77 + 4.08 + 3.62
        pytest.param({"percent": "10", "base": "40.77", "amount": "4.08"}, "48.47", id="a percentage"),
        pytest.param({"percent": "0", "base": "40.77", "amount": "0.00"}, "44.39", id="nothing"),
    ],
)
def test_added_tax_is_on_the_lines_less_the_discount_and_not_on_the_tip(tip, total):
    # 14.99 x 1.60 = 23.984, 23.98; x 2 = 47.96; 15 % = 7.194, 7.19; 47.96 - 7.19 = 40.77
    # 40.77 x 8.875 / 100 = 3.618..., 3.62
    step = pizza_step(
        "14.99", factor="1.60", unit_price="23.98", quantity=2, total="47.96", discount="7.19", tax_rate="8.875"
    )
    adjustments = [
        {"kind": "discount", "code": "STUDENT15", "amount": "-7.19", "tax_rate": "8.875"},
        {"kind": "tip", "code": "tip", "amount": tip["amount"], "tax_rate": None},
    ]

    placed = pickup_of(
        step,
        lines_total="47.96",
        discount={"code": "STUDENT15", "kind": "percent", "value": "15", "amount": "7.19"},
        tip=tip,
        adjustments=adjustments if tip["percent"] != "0" else adjustments[:1],
        taxes=[("8.875", "40.77", "3.62")],
        included=False,
        total=total,
    )

    assert differences(placed) == []


def test_yen_have_no_decimals_and_equal_remainders_go_to_the_first_line():
    # 100 x 1000 / 3000 = 33 and 1/3 on each of three lines: 34, 33, 33; 2900 x 10 / 110 = 263.6..., 264
    steps = [pizza_step("1000", unit_price="1000", total="1000", discount=share) for share in ("34", "33", "33")]

    placed = pickup_of(
        *steps,
        digits=0,
        lines_total="3000",
        discount={"code": "YEN100", "kind": "fixed", "value": "100", "amount": "100"},
        adjustments=[{"kind": "discount", "code": "YEN100", "amount": "-100", "tax_rate": "10"}],
        taxes=[("10", "2900", "264")],
        total="2900",
    )

    assert differences(placed) == []

    placed["trace"] = None
    assert differences(placed) == []


@pytest.mark.parametrize("taxes", [[], [("10", "0.00", "0.00")]], ids=["no tax line", "a tax line of zero"])
def test_a_fixed_discount_is_at_most_the_total_of_the_lines(taxes):
    placed = pickup_of(
        pizza_step("5.00", unit_price="5.00", total="5.00", discount="5.00"),
        lines_total="5.00",
        discount={"code": "FIRST10", "kind": "fixed", "value": "10.00", "amount": "5.00"},
        adjustments=[{"kind": "discount", "code": "FIRST10", "amount": "-5.00", "tax_rate": "10"}],
        taxes=taxes,
        total="0.00",
    )

    assert differences(placed) == []


def test_a_rate_of_zero_has_no_tax_line():
    placed = pickup_of(
        pizza_step("5.00", unit_price="5.00", total="5.00", tax_rate="0"), lines_total="5.00", total="5.00"
    )
    assert differences(placed) == []

    placed["tax_lines"] = [{"rate": "0", "base": "5.00", "tax": "0.00"}]
    assert differences(placed) == ["Event, tax 1: it is stored, but none is computed at its rate."]


def test_halves_are_rounded_up():
    # 12.99 x 1.50 = 19.485, 19.49 and not the even 19.48; 19.49 x 50 / 100 = 9.745, 9.75 and not the even 9.74
    step = pizza_step("12.99", factor="1.50", unit_price="19.49", total="19.49", tax_rate="50")

    placed = pickup_of(step, lines_total="19.49", taxes=[("50", "19.49", "9.75")], included=False, total="29.24")

    assert differences(placed) == []


def test_tax_lines_are_compared_in_any_order(delivery):
    delivery["tax_lines"].reverse()
    delivery["trace"]["taxes"].reverse()

    assert differences(delivery) == []


def test_an_old_event_without_a_trace_has_no_differences(delivery):
    delivery["trace"] = None
    assert differences(delivery) == []

    del delivery["trace"]
    assert differences(delivery) == []


def test_an_old_event_without_every_tax_rate_is_checked_by_the_bases_that_it_holds(delivery):
    delivery |= {"trace": None, "lines": [line | {"tax_rate": None} for line in delivery["lines"]]}
    assert differences(delivery) == []

    change(delivery, "tax_lines.0.tax", "3.73")
    assert differences(delivery) == ["Event, tax 1: the tax is stored as 3.73, computed as 3.74."]


def test_an_old_event_with_added_tax_has_it_in_the_total():
    # 20.00 x 10 / 100 = 2.00
    placed = pickup_of(
        pizza_step("20.00", unit_price="20.00", total="20.00"),
        lines_total="20.00",
        taxes=[("10", "20.00", "2.00")],
        included=False,
        total="22.00",
    )
    placed["trace"] = None
    assert differences(placed) == []

    placed["total"] = "20.00"
    assert differences(placed) == ["Event: the total is stored as 20.00, computed as 22.00."]


IN_THE_TRACE = [
    ("lines.0.unit_price", "19.38", "Trace, line 1: the unit price is stored as 19.38, computed as 19.39."),
    ("lines.1.total", "14.99", "Trace, line 2: the total is stored as 14.99, computed as 29.98."),
    ("lines.0.discount", "3.23", "Trace, line 1: the discount is stored as 3.23, computed as 3.24."),
    ("lines.1.discount", "5.02", "Trace, line 2: the discount is stored as 5.02, computed as 5.01."),
    ("lines.2.discount", "1.76", "Trace, line 3: the discount is stored as 1.76, computed as 1.75."),
    ("lines_total", "59.88", "Trace: the lines total is stored as 59.88, computed as 59.87."),
    ("discount.amount", "9.99", "Trace, discount: the amount is stored as 9.99, computed as 10.00."),
    ("delivery.amount", "0.00", "Trace, delivery: the amount is stored as 0.00, computed as 3.00."),
    ("delivery.amount", "-3.00", "Trace, delivery: the amount is stored as -3.00, computed as 3.00."),
    ("tip.base", "59.87", "Trace, tip: the base is stored as 59.87, computed as 49.87."),
    ("tip.amount", "5.00", "Trace, tip: the amount is stored as 5.00, computed as 4.99."),
    ("taxes.0.rate", "11", "Trace, tax 1: the rate is stored as 11, computed as 10."),
    ("taxes.0.base", "41.13", "Trace, tax 1: the base is stored as 41.13, computed as 41.12."),
    ("taxes.1.tax", "1.95", "Trace, tax 2: the tax is stored as 1.95, computed as 1.96."),
    ("total", "57.87", "Trace: the total is stored as 57.87, computed as 57.86."),
]


@pytest.mark.parametrize(("path", "value", "sentence"), IN_THE_TRACE)
def test_a_changed_amount_of_the_trace_is_named(delivery, path, value, sentence):
    change(delivery, f"trace.{path}", value)

    assert differences(delivery) == [sentence]


IN_THE_EVENT = [
    ("lines.0.unit_price", "19.38", "Event, line 1: the unit price is stored as 19.38, computed as 19.39."),
    ("lines.1.quantity", 1, "Event, line 2: the quantity is stored as 1, computed as 2."),
    ("lines.2.tax_rate", "10", "Event, line 3: the tax rate is stored as 10, computed as 20."),
    (
        "lines.0.parts.0.added.0.price",
        "2.00",
        "Event, line 1: the prices of added toppings are stored as 2.00, in the trace as 2.50.",
    ),
    (
        "lines.0.parts",
        [],
        "Event, line 1: the prices of added toppings are stored as none, in the trace as 2.50.",
    ),
    ("lines_total", "59.86", "Event: the lines total is stored as 59.86, computed as 59.87."),
    ("adjustments.0.amount", "-8.24", "Event, adjustment 1: the amount is stored as -8.24, computed as -8.25."),
    ("adjustments.1.amount", "-1.76", "Event, adjustment 2: the amount is stored as -1.76, computed as -1.75."),
    ("adjustments.0.tax_rate", "7", "Event, adjustment 1: the tax rate is stored as 7, computed as 10."),
    ("adjustments.0.code", "FIRST20", "Event, adjustment 1: the code is stored as FIRST20, computed as FIRST10."),
    ("adjustments.2.amount", "3.01", "Event, adjustment 3: the amount is stored as 3.01, computed as 3.00."),
    ("adjustments.2.tax_rate", "10", "Event, adjustment 3: the tax rate is stored as 10, computed as 20."),
    ("adjustments.2.code", "harbour", "Event, adjustment 3: the code is stored as harbour, computed as old-town."),
    ("adjustments.3.amount", "5.00", "Event, adjustment 4: the amount is stored as 5.00, computed as 4.99."),
    ("adjustments.3.tax_rate", "20", "Event, adjustment 4: the tax rate is stored as 20, computed as 0."),
    ("tax_lines.0.rate", "11", "Event, tax 1: the rate is stored as 11, computed as 10."),
    ("tax_lines.0.base", "41.11", "Event, tax 1: the base is stored as 41.11, computed as 41.12."),
    ("tax_lines.1.tax", "1.97", "Event, tax 2: the tax is stored as 1.97, computed as 1.96."),
    ("tax_included", False, "Event: the tax included is stored as False, computed as True."),
    ("total", "57.85", "Event: the total is stored as 57.85, computed as 57.86."),
    ("method", "pickup", "Event: the method is pickup, but the trace has a delivery."),
]


@pytest.mark.parametrize(("path", "value", "sentence"), IN_THE_EVENT)
def test_a_changed_amount_of_the_event_is_named(delivery, path, value, sentence):
    change(delivery, path, value)

    assert differences(delivery) == [sentence]


CHECKED_WITHOUT_A_TRACE = [
    ("lines.0.unit_price", "-19.39", "Event, line 1: the unit price is -19.39, but it is never negative."),
    ("lines_total", "59.86", "Event: the lines total is stored as 59.86, computed as 59.87."),
    ("tax_lines.0.rate", "11", "Event, tax 1: the rate is stored as 11, computed as 10."),
    ("tax_lines.0.base", "41.11", "Event, tax 1: the base is stored as 41.11, computed as 41.12."),
    ("tax_lines.1.tax", "1.97", "Event, tax 2: the tax is stored as 1.97, computed as 1.96."),
    ("total", "57.85", "Event: the total is stored as 57.85, computed as 57.86."),
    ("method", "pickup", "Event: there is a delivery fee, but the method is pickup."),
    ("adjustments.3.amount", "4.994", "Event, adjustment 4: the amount is stored as 4.994, computed as 4.99."),
]


@pytest.mark.parametrize(("path", "value", "sentence"), CHECKED_WITHOUT_A_TRACE)
def test_a_changed_amount_of_an_old_event_is_named(delivery, path, value, sentence):
    change(delivery, "trace", None)
    change(delivery, path, value)

    assert differences(delivery) == [sentence]


INPUTS = [
    ("lines.0.base", "13.99"),
    ("lines.0.factor", "1.31"),
    ("lines.0.added.0", "2.60"),
    ("lines.2.factor", "2"),
    ("lines.1.quantity", 3),
    ("lines.2.tax_rate", "19"),
    ("discount.value", "9.00"),
    ("discount.kind", "percent"),
    ("discount.code", "FIRST20"),
    ("delivery.fee", "3.50"),
    ("delivery.free_from", "59.87"),
    ("delivery.zone", "harbour"),
    ("delivery.tax_rate", "10"),
    ("tip.percent", "12"),
    ("tip.percent", None),
    ("tax_included", False),
    ("minor_digits", 1),
    ("discount", None),
    ("delivery", None),
    ("tip", None),
]


@pytest.mark.parametrize(("path", "value"), INPUTS, ids=str)
def test_a_changed_input_of_the_trace_is_found_by_its_results(delivery, path, value):
    change(delivery, f"trace.{path}", value)

    found = differences(delivery)

    assert any("computed" in sentence for sentence in found), found


def test_a_negative_total_is_named(delivery):
    change(delivery, "total", "-57.86")

    assert differences(delivery) == [
        "Event: the total is stored as -57.86, computed as 57.86.",
        "Event: the total is -57.86, but it is never negative.",
    ]


@pytest.mark.parametrize(
    ("number", "amount", "sentence"),
    [
        (1, "8.25", "Event, adjustment 1: the discount is 8.25, but it is never positive."),
        (3, "-3.00", "Event, adjustment 3: the delivery fee is -3.00, but it is never negative."),
        (4, "-4.99", "Event, adjustment 4: the tip is -4.99, but it is never negative."),
    ],
)
@pytest.mark.parametrize("traced", [True, False])
def test_an_adjustment_of_the_wrong_sign_is_named(delivery, traced, number, amount, sentence):
    change(delivery, f"adjustments.{number - 1}.amount", amount)
    if not traced:
        delivery["trace"] = None

    assert sentence in differences(delivery)


@pytest.mark.parametrize("traced", [True, False])
def test_a_discount_above_the_lines_is_named(delivery, traced):
    change(delivery, "adjustments.0.amount", "-58.13")
    if not traced:
        delivery["trace"] = None

    assert "Event: the discount of 59.88 is more than the 59.87 of the lines." in differences(delivery)


def test_a_discount_of_the_trace_above_its_lines_is_named(delivery):
    change(delivery, "trace.discount.amount", "59.88")

    assert "Trace, discount: the amount 59.88 is more than the lines cost." in differences(delivery)


def test_a_trace_with_another_number_of_lines_is_named(delivery):
    del delivery["lines"][2]

    assert differences(delivery) == ["Trace: the number of lines is 3, but the event has 2."]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "Event, discount: none is stored at the rate 10, computed amount -8.25."),
        (3, "Event, delivery fee: none is stored at the rate 20, computed amount 3.00."),
        (4, "Event, tip: none is stored at the rate 0, computed amount 4.99."),
    ],
)
def test_a_missing_adjustment_is_named(delivery, number, sentence):
    del delivery["adjustments"][number - 1]

    assert differences(delivery) == [sentence]


def test_a_missing_tax_line_is_named(delivery):
    del delivery["tax_lines"][1]

    assert differences(delivery) == ["Event, tax: none is stored at the rate 20, computed base 11.75 and tax 1.96."]


def test_an_adjustment_or_a_tax_line_too_many_is_named(delivery):
    delivery["adjustments"].append(delivery["adjustments"][3])
    delivery["trace"]["taxes"].append(delivery["trace"]["taxes"][0])

    assert differences(delivery) == [
        "Event, adjustment 5: it is stored, but none is computed at its rate.",
        "Trace, tax 3: it is stored, but none is computed at its rate.",
    ]


def test_a_tip_of_zero_among_the_adjustments_is_named():
    placed = pickup_of(
        pizza_step("5.00", unit_price="5.00", total="5.00", tax_rate="0"),
        lines_total="5.00",
        tip={"percent": "0", "base": "5.00", "amount": "0.00"},
        adjustments=[{"kind": "tip", "code": "tip", "amount": "0.00", "tax_rate": None}],
        total="5.00",
    )

    assert differences(placed) == ["Event, adjustment 1: it is stored, but none is computed at its rate."]


def test_a_discount_of_zero_among_the_adjustments_is_named():
    # 1 % of 0.20 is 0.002, half-up 0.00
    placed = pickup_of(
        pizza_step("0.20", unit_price="0.20", total="0.20", tax_rate="0"),
        lines_total="0.20",
        discount={"code": "ONE", "kind": "percent", "value": "1", "amount": "0.00"},
        adjustments=[{"kind": "discount", "code": "ONE", "amount": "0.00", "tax_rate": "0"}],
        total="0.20",
    )

    assert differences(placed) == ["Event, adjustment 1: it is stored, but none is computed at its rate."]


def test_a_fee_of_zero_among_the_adjustments_is_named():
    placed = pickup_of(
        pizza_step("5.00", unit_price="5.00", total="5.00", tax_rate="0"),
        lines_total="5.00",
        adjustments=[{"kind": "delivery_fee", "code": "old-town", "amount": "0.00", "tax_rate": "20"}],
        total="5.00",
    )
    change(placed, "method", "delivery")
    zone = {"zone": "old-town", "fee": "3.00", "free_from": "0", "amount": "0.00", "tax_rate": "20"}
    change(placed, "trace.delivery", zone)

    assert differences(placed) == ["Event, adjustment 1: it is stored, but none is computed at its rate."]


def test_adjustments_in_another_order_are_named(delivery):
    delivery["adjustments"].reverse()

    assert differences(delivery) == ["Event: the adjustments are not in the order discount, delivery fee, tip."]


def test_a_free_tip_finer_than_the_currency_is_named(delivery):
    change(delivery, "trace.tip", {"percent": None, "base": "0.00", "amount": "4.985"})

    assert differences(delivery) == ["Trace, tip: the amount is stored as 4.985, computed as 4.99."]


UNREADABLE = [
    ("total", "NaN", "Event: the total is 'NaN', not a decimal number."),
    ("total", 57.86, "Event: the total is of type float, expected str."),
    ("lines", [], "Event: there are no lines."),
    ("lines", None, "Event: the lines is of type NoneType, expected list."),
    ("lines.0", "a pizza", "Event, line 1: expected an object, not str."),
    ("lines.0.quantity", True, "Event, line 1: the quantity is of type bool, expected int."),
    ("lines.0.quantity", 0, "Event, line 1: the quantity is not from 1 to 1000000."),
    (
        "adjustments.0.kind",
        "gift",
        "Event, adjustment 1: the kind is 'gift', expected discount or delivery_fee or tip.",
    ),
    ("tax_included", None, "Event: the tax included is of type NoneType, expected bool."),
    ("trace", [], "Trace: expected an object, not list."),
    ("trace.minor_digits", 9, "Trace: the minor digits is not from 0 to 4."),
    ("trace.lines.0.base", "Infinity", "Trace, line 1: the base is 'Infinity', not a decimal number."),
    ("trace.lines.0.base", "-1.00", "Trace, line 1: the base is -1.00, but it is never negative."),
    ("trace.lines.0.added", [10**5000], "Trace, line 1: the added is of type int, expected str."),
    ("trace.discount.kind", "half", "Trace, discount: the kind is 'half', expected fixed or percent."),
    ("trace.tip", 4, "Trace, tip: expected an object, not int."),
    ("trace.tip.percent", "1/3", "Trace, tip: the percent is '1/3', not a decimal number."),
    ("trace.delivery.tax_rate", "-100", "Trace, delivery: the tax rate is -100, but it is never negative."),
]


@pytest.mark.parametrize(("path", "value", "sentence"), UNREADABLE)
def test_data_that_cannot_be_read_is_a_difference_in_words(delivery, path, value, sentence):
    change(delivery, path, value)

    assert differences(delivery) == [sentence]


def paths_of(data, path=""):
    """Return the path of everything in JSON data, the containers too."""
    items = enumerate(data) if isinstance(data, list) else data.items() if isinstance(data, dict) else ()
    below = [paths_of(value, f"{path}.{key}" if path else str(key)) for key, value in items]
    return [*([path] if path else []), *(each for paths in below for each in paths)]


ANYTHING = [..., None, "", "NaN", "-1", "1E+99", "9" * 5000, 10**5000, -1, 1.5, True, [], {}, [[]]]


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("value", ANYTHING, ids=range(len(ANYTHING)))
def test_whatever_is_stored_anywhere_raises_nothing(delivery, traced, value):
    if not traced:
        delivery["trace"] = None
    for path in paths_of(delivery):
        placed = copy.deepcopy(delivery)
        change(placed, path, value)
        assert all(isinstance(sentence, str) for sentence in differences(placed))


def test_each_missing_key_is_a_difference_except_the_trace(delivery):
    for path in paths_of(delivery):
        *parents, last = path.split(".")
        placed = copy.deepcopy(delivery)
        place = placed
        for key in parents:
            place = place[int(key) if isinstance(place, list) else key]
        if isinstance(place, dict) and path not in {"trace", "adjustments.3.code"}:
            del place[last]
            assert differences(placed), path


@pytest.mark.parametrize("placed", [None, [], "an order", {}, {"trace": None}])
def test_data_that_is_no_order_is_a_difference(placed):
    assert differences(placed)


def test_amounts_are_compared_by_value_and_not_by_their_decimals(delivery):
    change(delivery, "adjustments.2.tax_rate", "20.000")
    change(delivery, "trace.lines.1.factor", "1")
    change(delivery, "trace.total", "57.8600")

    assert differences(delivery) == []
