"""
How quick the shop is: figures to read and compare, never asserted.

    make measure

Runs against servers of its own, without a network between; quote ratios rather than milliseconds. What a second screen
shows is measured in the system's Chromium, with the shop in another process; news with a real worker.
"""

import django

django.setup()  # before anything here imports an app
