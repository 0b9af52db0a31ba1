"""
The bulk history: past orders of a shop, written in bulk with COPY instead of by the shop's commands.

It leaves every row that a real order leaves, so that an order of it equals the one that its events rebuild, its price
is what the shop charges, and its receipts are numbered in the order of time. It sends no signal and asks nobody:
no notifications exist for it afterwards, and the days that it was written into are marked for the reports.
"""
