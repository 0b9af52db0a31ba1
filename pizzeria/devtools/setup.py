"""
Installation of the packages in requirements-dev.txt into .venv, with only Python 3.9 and the standard library.

`make` runs this file by its path, with the system's own interpreter; it imports no module of the shop.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PRIVATE_UV = ROOT / ".tools" / "uv"
STAMP = VENV / ".synced"
SUPPORTED_VERSIONS = ("3.13", "3.12")
SUPPORTED_VERSIONS_TEXT = " or ".join(SUPPORTED_VERSIONS)
SYSTEM_TRUST = Path("/etc/ssl/certs/ca-certificates.crt")


def main(arguments: list[str]) -> None:
    if SYSTEM_TRUST.exists():
        # As pip does: a company proxy's certificate is installed in the system's trust store, not in uv's.
        # The first is the variable's name before 2026, the second its name since.
        os.environ.setdefault("UV_NATIVE_TLS", "1")
        os.environ.setdefault("UV_SYSTEM_CERTS", "1")
    python = find_python()
    uv = find_uv() or make_uv(python)
    if arguments[:1] == ["lock"]:
        lock(uv, arguments[1:])
        return
    if python is None:
        python = download_python(uv)
    if not has_version(VENV / "bin" / "python", SUPPORTED_VERSIONS):
        print(f"Making .venv with {python} ...", flush=True)
        run([uv, "venv", "--quiet", "--clear", "--no-project", "--python", python, str(VENV)]) or fail(
            "The virtual environment .venv could not be made (see above).", "Is the disk full, or the folder read-only?"
        )
    install(uv)
    STAMP.touch()


def install(uv: str) -> None:
    print("Installing what requirements-dev.txt pins ...", flush=True)
    command = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV), "requirements-dev.txt"]
    run(command) or fail(
        "The packages in requirements-dev.txt could not be installed (see above).",
        "Without a network, run this once with one; behind a mirror, set UV_DEFAULT_INDEX to its address.",
        "After an edit to pyproject.toml, `make lock` writes the file anew.",
    )


def lock(uv: str, options: list[str]) -> None:
    """Pin all packages for every platform, without writing the address of the package index."""
    pin = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--python-version",
        "3.12",
    ]
    for more, target in (
        ([], "requirements.txt"),
        (["--group", "dev", "-c", "requirements.txt"], "requirements-dev.txt"),
    ):
        run([*pin, *more, *options, "pyproject.toml", "-o", target]) or fail(
            f"{target} could not be written (see above).", "It takes a network, or versions that go together."
        )


def find_python() -> str | None:
    """Return the newest supported interpreter on PATH or in pyenv, which uv does not search; None if there is none."""
    for version in SUPPORTED_VERSIONS:
        pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
        in_pyenv = sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python{version}")), reverse=True)
        for candidate in [shutil.which(f"python{version}"), *in_pyenv]:
            # pyenv puts a shim on PATH even for a version that is not activated; that shim fails.
            if candidate and has_version(Path(candidate), (version,)):
                return candidate
    return None


def has_version(python: Path, versions: tuple[str, ...]) -> bool:
    version = output([str(python), "-Ic", "import sys; print('{}.{}'.format(*sys.version_info))"])
    return version in versions


def find_uv() -> str | None:
    candidates = [shutil.which("uv"), str(PRIVATE_UV / "bin" / "uv")]
    return next((uv for uv in candidates if uv and output([uv, "--version"])), None)


def make_uv(python: str | None) -> str:
    """
    Install uv into .tools and return its path.

    By a virtual environment, or by pip alone on a Debian without the `venv` module.
    """
    print("Fetching uv, which installs the rest ...", flush=True)
    uv = PRIVATE_UV / "bin" / "uv"
    outputs: list[str] = []
    for interpreter in dict.fromkeys([python or sys.executable, sys.executable]):
        shutil.rmtree(PRIVATE_UV, ignore_errors=True)
        by_venv = [
            [interpreter, "-Im", "venv", str(PRIVATE_UV)],
            [str(PRIVATE_UV / "bin" / "python"), "-Im", "pip", "install", "--quiet", "uv"],
        ]
        by_pip = [[interpreter, "-Im", "pip", "install", "--quiet", "--target", str(PRIVATE_UV), "uv"]]
        for commands in (by_venv, by_pip):
            if all(run(command, printed=outputs) for command in commands) and output([str(uv), "--version"]):
                return str(uv)
    shutil.rmtree(PRIVATE_UV, ignore_errors=True)
    print("".join(outputs)[-3000:], file=sys.stderr)
    return fail(
        "uv, which installs the packages, is not here and could not be fetched (see above).",
        "Without a network, run this once with one, or install uv by hand: https://docs.astral.sh/uv/",
        "If Debian's Python lacks `venv` and `pip`: apt install python3-venv",
    )


def download_python(uv: str) -> str:
    print(f"No Python {SUPPORTED_VERSIONS_TEXT} here: downloading one ...", flush=True)
    run([uv, "python", "install", SUPPORTED_VERSIONS[0]])
    found = output([uv, "python", "find", "--no-project", SUPPORTED_VERSIONS[0]])
    return found or fail(
        f"This needs Python {SUPPORTED_VERSIONS_TEXT}; there is none here, and none could be downloaded.",
        "Install one (Debian 13: apt install python3 python3-venv; or pyenv install 3.13), then try again.",
    )


def run(command: list[str], printed: list[str] | None = None) -> bool:
    """Run the command and return whether it succeeded; append its output to ``printed`` if given, else print it."""
    try:
        result = subprocess.run(
            command,
            cwd=str(ROOT),
            stdout=subprocess.PIPE if printed is not None else None,
            stderr=subprocess.STDOUT if printed is not None else None,
            text=True,
            check=False,
        )
    except OSError as problem:
        print(problem, file=sys.stderr)
        return False
    if printed is not None:
        printed.append(result.stdout)
    return result.returncode == 0


def output(command: list[str]) -> str:
    """Return the command's output; an empty string if it cannot be run or fails."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def fail(what: str, *advice: str) -> NoReturn:
    print("\n".join(["", what, *advice]), file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
