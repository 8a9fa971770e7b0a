"""The browser of the browser tests: found on the machine, else installed where that is possible.

`python -m tests.chromium` installs it when it is missing and says what it found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium: CHROMIUM when set, else one on the machine, else playwright's own. None without any."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    return str(MAC) if MAC.exists() else _of_playwright()


def must_have() -> bool:
    """Whether a missing browser is a failure (CI=true) rather than a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def install() -> None:
    """Debian's package as root, else playwright's own build into the user's cache. Quiet about failing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _try(["apt-get", "update", "-q"], environment)
        _try(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], environment)
    if find() is None:
        _try([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _try(command: list[str], environment: dict[str, str]) -> None:
    try:
        subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=900, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{' '.join(command)}: {error}", file=sys.stderr)


def main() -> int:
    """Find or install; under CI=true, fail when there is none."""
    if find() is None:
        print("No Chromium found: installing one for the browser tests.")
        install()
    path = find()
    if path:
        print(f"Browser tests use {path}")
        return 0
    print(
        "BROWSER TESTS ARE SKIPPED: no Chromium was found and none could be installed. Set CHROMIUM=/path/to/chromium."
    )
    return 1 if must_have() else 0


if __name__ == "__main__":
    sys.exit(main())
