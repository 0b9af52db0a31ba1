"""
The price check: a second opinion on what an order was charged.

It is written from the rules of the shop and from the shape of the stored event, and shares nothing with the code that
prices: no import, no function, and no arithmetic (fractions and whole minor units here, `Decimal` there), so that an
error in one of them shows as a difference from the other. A change of the rules is written here a second time.

Every step is computed from the inputs of the trace and never from a stored result, so that one wrong result is one
difference and not a chain of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import zip_longest
from math import floor
from typing import Any

from orders.stored_amounts import Comparison, Entry, Malformed, StoredRecord, half_up

_KINDS = {"discount": "discount", "delivery_fee": "delivery fee", "tip": "tip"}  # in the order of an event


def differences(placed: Mapping[str, Any]) -> list[str]:
    """
    Return what is wrong with the amounts of an order, a sentence for each difference; empty: nothing.

    Data that cannot be read is a difference too, never an exception. If it is the trace that cannot be read, the event
    is still checked like one without a trace.

    :param placed: the stored data of an `order.placed.v4`, as JSON: amounts are decimal strings; `trace` may be None or
        absent
    """
    found: list[str] = []
    for check in (_check_with_trace, _check_without_trace):
        try:
            return [*found, *check(StoredRecord("Event", placed))]
        except Malformed as malformed:
            found += [sentence for sentence in [str(malformed)] if sentence not in found]
    return found


def _check_with_trace(event: StoredRecord) -> list[str]:
    trace = event.optional_record("trace", "Trace") if "trace" in event.data else None
    if trace is None:
        return _check_without_trace(event)

    check = Comparison(trace.count("minor_digits", least=0, most=4))
    steps = trace.records("lines", "line")
    totals = _check_lines(check, _lines(event), steps)
    included = trace.get("tax_included", bool)
    if event.get("tax_included", bool) is not included:
        check.differs(event, "tax_included", included)

    adjustments = _check_steps(check, event, trace, steps, totals)
    stored = _check_adjustments(check, event, sum(totals))
    for kind, noun in _KINDS.items():
        of_kind = [row for row in stored if row.data["kind"] == kind]
        check.entries(f"Event, {noun}", of_kind, "tax_rate", adjustments[kind])

    taxed = [(step.number("tax_rate"), total) for step, total in zip(steps, totals, strict=True)]
    taxed += [(entry.rate, entry.amounts["amount"]) for kind in _KINDS for entry in adjustments[kind]]
    for record, key in ((trace, "taxes"), (event, "tax_lines")):
        check.amount(record, "lines_total", sum(totals))
        _check_taxes(check, record, key, _sum_by_rate(taxed), sum(amount for _, amount in taxed), included=included)
    return check.found


def _lines(event: StoredRecord) -> list[StoredRecord]:
    lines = event.records("lines", "line")
    if not lines:
        raise Malformed("Event: there are no lines.")
    return lines


def _check_lines(check: Comparison, lines: list[StoredRecord], steps: list[StoredRecord]) -> list[int]:
    """Compare the lines of trace and event, and return the computed total of each step."""
    totals = []
    if len(lines) != len(steps):
        check.found.append(f"Trace: the number of lines is {len(steps)}, but the event has {len(lines)}.")
    for step, line in zip_longest(steps, lines[: len(steps)]):
        each = step.number("base") * step.number("factor") + sum(step.numbers("added"))
        unit_price = half_up(each * check.scale)
        total = unit_price * step.count("quantity")
        totals.append(total)
        check.amount(step, "unit_price", unit_price)
        check.amount(step, "total", total)
        if line:
            _check_line(check, line, step, unit_price)
    return totals


def _check_line(check: Comparison, line: StoredRecord, step: StoredRecord, unit_price: int) -> None:
    check.amount(line, "unit_price", unit_price)
    if line.count("quantity") != step.data["quantity"]:
        check.differs(line, "quantity", step.data["quantity"])
    if line.number("tax_rate") != step.number("tax_rate"):
        check.differs(line, "tax_rate", step.data["tax_rate"])
    added = [each for part in line.records("parts", "part") for each in part.records("added", "topping")]
    if sorted(each.number("price") for each in added) != sorted(step.numbers("added")):
        stored = ", ".join(each.data["price"] for each in added) or "none"
        traced = ", ".join(step.data["added"]) or "none"
        check.found.append(
            f"{line.name}: the prices of added toppings are stored as {stored}, in the trace as {traced}."
        )
    if line.choice("kind", "pizza", "simple_item") == "simple_item" and step.number("factor") != 1:
        check.differs(step, "factor", "1 for a simple item")


def _check_steps(
    check: Comparison, event: StoredRecord, trace: StoredRecord, steps: list[StoredRecord], totals: list[int]
) -> dict[str, list[Entry]]:
    """Compare the steps after the lines, and return the computed adjustments by kind."""
    discount = _check_discount(check, trace.optional_record("discount", "Trace, discount"), steps, totals)
    less_discount = sum(totals) + sum(entry.amounts["amount"] for entry in discount)
    delivery = trace.optional_record("delivery", "Trace, delivery")
    method = event.choice("method", "pickup", "delivery")
    if delivery and method == "pickup":  # a shop without delivery zones delivers without a step
        check.found.append("Event: the method is pickup, but the trace has a delivery.")
    return {
        "discount": discount,
        "delivery_fee": _check_delivery(check, delivery, sum(totals)),
        "tip": _check_tip(check, trace.optional_record("tip", "Trace, tip"), less_discount),
    }


def _check_discount(
    check: Comparison, step: StoredRecord | None, steps: list[StoredRecord], totals: list[int]
) -> list[Entry]:
    amount, lines_total, code = 0, sum(totals), None
    if step:
        value, code = step.number("value"), step.get("code", str)
        is_fixed = step.choice("kind", "fixed", "percent") == "fixed"
        amount = min(lines_total, half_up(value * check.scale if is_fixed else value * lines_total / 100))
        check.amount(step, "amount", amount)
        if step.number("amount", signed=True) * check.scale > lines_total:
            check.found.append(f"{step.name}: the amount {step.data['amount']} is more than the lines cost.")

    shares = _shares(amount, totals)
    for line, share in zip(steps, shares, strict=True):
        check.amount(line, "discount", share)
    by_rate = _sum_by_rate((line.number("tax_rate"), share) for line, share in zip(steps, shares, strict=True))
    return [Entry(rate, {"amount": -share}, code) for rate, share in by_rate.items() if share]


def _shares(amount: int, totals: list[int]) -> list[int]:
    """Return each line's share of a discount in proportion to the totals, by largest remainder."""
    exact = [Fraction(amount * total, sum(totals) or 1) for total in totals]
    shares = [floor(share) for share in exact]
    by_remainder = sorted(range(len(totals)), key=lambda line: shares[line] - exact[line])  # stable: first line first
    for line in by_remainder[: amount - sum(shares)]:
        shares[line] += 1
    return shares


def _check_delivery(check: Comparison, step: StoredRecord | None, lines_total: int) -> list[Entry]:
    if not step:
        return []
    free_from, fee = step.optional_number("free_from"), half_up(step.number("fee") * check.scale)
    amount = 0 if free_from is not None and lines_total >= free_from * check.scale else fee
    check.amount(step, "amount", amount)
    return [Entry(step.number("tax_rate"), {"amount": amount}, step.get("zone", str))] if amount else []


def _check_tip(check: Comparison, step: StoredRecord | None, less_discount: int) -> list[Entry]:
    if not step:
        return []
    percent = step.optional_number("percent")
    base = 0 if percent is None else less_discount
    amount = half_up(step.number("amount") * check.scale if percent is None else base * percent / 100)
    check.amount(step, "base", base)
    check.amount(step, "amount", amount)
    return [Entry(Fraction(0), {"amount": amount})] if amount else []


def _check_adjustments(check: Comparison, event: StoredRecord, lines_total: int) -> list[StoredRecord]:
    """Return the stored adjustments, after a look for wrong order, wrong sign and too large a discount."""
    stored, kinds, discount = event.records("adjustments", "adjustment"), [*_KINDS], Fraction(0)
    for row in stored:
        kind, amount = row.choice("kind", *kinds), row.number("amount", signed=True)
        sign = "positive" if kind == "discount" else "negative"
        is_wrong = amount > 0 if kind == "discount" else amount < 0
        if is_wrong:
            check.found.append(f"{row.name}: the {_KINDS[kind]} is {row.data['amount']}, but it is never {sign}.")
        discount -= amount if kind == "discount" else 0
    if discount * check.scale > lines_total:
        taken = check.text(half_up(discount * check.scale))
        check.found.append(f"Event: the discount of {taken} is more than the {check.text(lines_total)} of the lines.")
    order = [kinds.index(row.data["kind"]) for row in stored]
    if order != sorted(order):
        check.found.append("Event: the adjustments are not in the order discount, delivery fee, tip.")
    return stored


def _sum_by_rate(amounts: Iterable[tuple[Fraction, int]]) -> dict[Fraction, int]:
    sums: defaultdict[Fraction, int] = defaultdict(int)
    for rate, amount in amounts:
        sums[rate] += amount
    return sums


def _check_taxes(
    check: Comparison, record: StoredRecord, key: str, bases: Mapping[Fraction, int], untaxed: int, *, included: bool
) -> None:
    """Compare the tax of each rate, and the total; `untaxed` is the sum of lines and adjustments."""
    taxes = {rate: half_up(base * rate / (100 + rate if included else 100)) for rate, base in bases.items() if rate}
    entries = [Entry(rate, {"base": bases[rate], "tax": tax}) for rate, tax in taxes.items()]
    check.entries(f"{record.name}, tax", record.records(key, "tax"), "rate", entries)
    check.amount(record, "total", untaxed + (0 if included else sum(taxes.values())))
    if record.number("total", signed=True) < 0:
        check.found.append(f"{record.name}: the total is {record.data['total']}, but it is never negative.")


def _check_without_trace(event: StoredRecord) -> list[str]:
    """Check the sums, and the bases of the taxes if every rate is known, in the decimals of the unit prices."""
    lines = _lines(event)
    decimals = [line.get("unit_price", str).partition(".")[2].partition("E")[0] for line in lines]
    check = Comparison(min(4, max(map(len, decimals))))
    counts = [line.count("quantity") for line in lines]
    prices = [half_up(line.number("unit_price") * check.scale) for line in lines]
    totals = [price * count for price, count in zip(prices, counts, strict=True)]
    check.amount(event, "lines_total", sum(totals))

    adjustments = _check_adjustments(check, event, sum(totals))
    kinds = {row.data["kind"] for row in adjustments}
    if event.choice("method", "pickup", "delivery") == "pickup" and "delivery_fee" in kinds:
        check.found.append("Event: there is a delivery fee, but the method is pickup.")
    amounts = [*totals, *(check.in_minor_units(row, "amount") for row in adjustments)]
    bases = _known_bases(check, event, [*lines, *adjustments], amounts)
    _check_taxes(check, event, "tax_lines", bases, sum(amounts), included=event.get("tax_included", bool))
    return check.found


def _known_bases(
    check: Comparison, event: StoredRecord, taxed: list[StoredRecord], amounts: list[int]
) -> dict[Fraction, int]:
    """Return what is taxed at each rate; the stored bases, if a rate is absent from an old event."""
    taxed_amounts = [(row, amount) for row, amount in zip(taxed, amounts, strict=True) if row.data.get("kind") != "tip"]
    if any(row.data.get("tax_rate") is None for row, _ in taxed_amounts):
        return {row.number("rate"): check.in_minor_units(row, "base") for row in event.records("tax_lines", "tax")}
    return _sum_by_rate((row.number("tax_rate"), amount) for row, amount in taxed_amounts)
