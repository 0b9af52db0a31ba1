"""Lighthouse's score of a page as a phone loads it, on a simulated slow network; if Lighthouse is installed."""

import json
import os
import shutil
import subprocess
from typing import Any

from tests.chromium import CHROMIUM
from tests.load.production import PROXY_HEADERS

PROGRAM = shutil.which("lighthouse")
MISSING = "Lighthouse's scores: left out. Install it (npm install --global lighthouse@12), and a Chromium."
SECONDS = 180


def is_installed() -> bool:
    return PROGRAM is not None and CHROMIUM is not None


def performance(url: str) -> int:
    """Return the score of a page's performance, of 100."""
    command = [str(PROGRAM), url, "--quiet", "--output=json", "--only-categories=performance"]
    command += [f"--extra-headers={json.dumps(PROXY_HEADERS)}", "--chrome-flags=--headless --no-sandbox --disable-gpu"]
    environment = {**os.environ, "CHROME_PATH": str(CHROMIUM)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=SECONDS)
    return score(json.loads(done.stdout))


def score(report: Any) -> int:
    """
    Return the score of the performance in a report, of 100.

    :raises ValueError: Lighthouse could not load the page
    """
    part = report["categories"]["performance"]["score"]
    if part is None:
        raise ValueError(f"Lighthouse has no score: {report.get('runtimeError')}")
    return round(part * 100)
