"""Install the Debian packages that only tests need: Chromium with fonts, and PostgreSQL's server programs.

`python tests/install_debian_tools.py` is what `make test-tools` runs. What is there already is left alone. As root on a
Debian system it installs with apt-get; elsewhere it says what to install and exits with 1. A test that needs one of these
programs fails without it, naming `make test-tools`; none is skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
POSTGRES_FOLDERS = "/usr/lib/postgresql"
# Boards show words of several markets; without a CJK font a browser draws boxes.
FONT_FILES = {
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}


def find_chromium() -> Path | None:
    """The browser that tests drive: SUPPORT_METRICS_CHROMIUM, or the first of the known names on PATH; None without."""
    named = os.environ.get("SUPPORT_METRICS_CHROMIUM")
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    return Path(named) if named else Path(found) if found else None


def find_postgres_programs() -> Path | None:
    """The folder with `initdb` and `postgres` of the newest PostgreSQL, which Debian keeps off PATH; None without."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = [path.parent for path in Path(POSTGRES_FOLDERS).glob("*/bin/initdb")]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def missing_packages() -> list[str]:
    """Debian's names of what is not there."""
    missing = [package for package, file in FONT_FILES.items() if not Path(file).exists()]
    if find_chromium() is None:
        missing.append("chromium")
    if find_postgres_programs() is None:
        missing.append("postgresql")
    return missing


def install(packages: list[str]) -> None:
    """Install packages without asking anything. Raises CalledProcessError when apt-get fails."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "--quiet", "--quiet", "--option", "Dpkg::Use-Pty=0"]
    subprocess.run([*apt, "update"], check=True, env=quiet)
    subprocess.run([*apt, "install", "--yes", "--no-install-recommends", *packages], check=True, env=quiet)


def main() -> int:
    """Install what is missing; exit code 1 with advice where that cannot be done."""
    wanted = missing_packages()
    if not wanted:
        return 0
    advice = f"install {', '.join(wanted)} (Debian: apt-get install --no-install-recommends {' '.join(wanted)})"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"not root on a Debian system: {advice}", file=sys.stderr)
        return 1
    try:
        install(wanted)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"apt-get failed ({error}): {advice}", file=sys.stderr)
        return 1
    missing = missing_packages()
    if missing:
        print(f"still missing after apt-get: {', '.join(missing)}", file=sys.stderr)
        return 1
    print(f"installed: {', '.join(wanted)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
