"""
Installation of Keycloak: fetched by Maven once, built once, and cached outside the checkout, for all checkouts.
"""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pizzeria.devtools.progress import say
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child
from pizzeria.devtools.state_dir import StateDir

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
OLDEST_JAVA = 17
INSTALL_COMMAND = "Debian: apt install default-jre-headless maven"
# With the fast compiler and the serial collector it needs half the time and memory to start; its speed is not measured.
JVM = "-Xms64m -Xmx400m -XX:MaxMetaspaceSize=256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8"


def missing_requirement() -> str:
    """Return what this machine lacks to run Keycloak, as a sentence with what to do; empty if nothing is missing."""
    if (java := _java_version()) < OLDEST_JAVA:
        here = f"here is Java {java}" if java else "there is no Java here"
        return f"Keycloak runs on Java {OLDEST_JAVA} or newer, and {here}. Install one ({INSTALL_COMMAND})."
    if not _install_dir().exists() and not shutil.which("mvn"):
        return f"Keycloak is fetched by Maven, and there is no `mvn` here. Install it ({INSTALL_COMMAND})."
    return ""


def announce_download() -> None:
    """Print that Keycloak is going to be fetched and built, if it is, because that takes a while."""
    if not missing_requirement() and not _install_dir().exists():
        say(f"Fetching Keycloak {VERSION} (180 MB) and building it; this happens once ...")


def ensure_installed(home: StateDir) -> Path:
    """
    Return the program's directory; the first call fetches it (180 MB) and builds it, which takes a minute or two.

    :param home: the state directory for logs and process records of that
    :raises ServerUnavailable: the message says what to do
    """
    if requirement := missing_requirement():
        raise ServerUnavailable(requirement)
    install_dir = _install_dir()
    if not install_dir.exists():
        install_dir.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=install_dir.parent, prefix="unfinished-") as unfinished:
            program = _fetch(Path(unfinished), home)
            _run("build keycloak", [program / "bin" / "kc.sh", "build", "--db=dev-file", "--cache=local"], home)
            with suppress(OSError):  # another process has installed it in the meantime
                program.rename(install_dir)  # the rename is atomic, so that no process sees an incomplete program
    return install_dir


def environment() -> dict[str, str]:
    """Return the environment variables for Keycloak, without the caller's own Keycloak and Java options."""
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("KC_", "KEYCLOAK", "JAVA_OPTS"))
    }
    return {**variables, "JAVA_OPTS": JVM}


def cache_dir() -> Path:
    """Return the directory for what is fetched and built once for all checkouts of this account."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "pizzeria"


def _install_dir() -> Path:
    return cache_dir() / f"keycloak-{VERSION}"


def _java_version() -> int:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return 0
    output = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(version.group(1)) if version else 0


def _fetch(folder: Path, home: StateDir) -> Path:
    copy = ["mvn", "--batch-mode", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
    _run("fetch keycloak", copy, home, advice="Without a network, run this once with one.")
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / f"keycloak-{VERSION}"


def _run(what: str, command: Sequence[str | Path], home: StateDir, *, advice: str = "") -> None:
    child = Child(
        what,
        command,
        records=home.records,
        log=home.logs / f"{what.replace(' ', '-').lower()}.log",
        cwd=home.folder,
        env=environment(),
    )
    try:
        code = child.wait()
    finally:
        child.stop()
    if code:
        raise ServerUnavailable(f"{what.capitalize()} failed. {advice}\nThe end of {child.log}:\n{child.log_tail()}")
