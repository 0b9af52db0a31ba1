"""
A stand-in for Stripe on loopback, at which the demo and the tests pay by card; no money moves.

It answers the part of Stripe's API that a shop with hosted Checkout uses, as the reference of the API describes it,
shows the payment page, and sends signed webhooks. It refuses every parameter that it does not know. It shares no code
with the shop, and keeps a ledger of its own, by which tests judge what the shop believes.
"""

PORTS_FILE = "ports.json"  # the file in the server's folder that names its port; it exists once the server answers
API_VERSION = "2026-10-28.endive"  # the version of the API in which every object is shaped
