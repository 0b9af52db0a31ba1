"""
The Chromium of the browser tests, the screenshots and the measurements.

`chromium-headless-shell` is the same browser without the windows of a desktop: a new context takes a seventh of the
processor time. Any other Chromium does as well.
"""

import shutil

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for path in map(shutil.which, PROGRAMS) if path), None)
