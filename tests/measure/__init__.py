"""
The shop's performance: figures to read and compare, never asserted.

    make measure

Runs against ephemeral servers on this machine; quote ratios rather than milliseconds. Live updates of a page are
measured in the system's Chromium, with the shop in another process; the relay with a real worker.
"""

import django

django.setup()  # before anything here imports an app
