"""Install the DuckDB clients that the published file must open in, one folder each, for tests only.

`python tests/install_old_duckdb.py` fills `.tools/duckdb/<version>` (git-ignored) with uv if it is there, else with
pip. What is installed already is left alone. The environment that the project runs in is not touched.
"""

import shutil
import subprocess
import sys
from pathlib import Path

VERSIONS = ("1.1.3", "1.2.2", "1.3.2", "1.4.4", "1.5.5", "2.0.0")
FOLDER = Path(__file__).resolve().parents[1] / ".tools" / "duckdb"


def client_folder(version: str) -> Path:
    """Where a version is installed: a folder for PYTHONPATH."""
    return FOLDER / version


def is_installed(version: str) -> bool:
    """Whether a version is there, whole."""
    return (client_folder(version) / f"duckdb-{version}.dist-info" / "RECORD").is_file()


def install(version: str) -> None:
    """Install one version aside and rename it into place. Raises CalledProcessError when the installer fails."""
    uv = shutil.which("uv")
    installer = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
    aside = FOLDER / f"{version}.new"
    shutil.rmtree(aside, ignore_errors=True)
    subprocess.run([*installer, "--quiet", "--no-deps", "--target", str(aside), f"duckdb=={version}"], check=True)
    shutil.rmtree(client_folder(version), ignore_errors=True)
    aside.rename(client_folder(version))


def main() -> int:
    """Install what is missing; exit code 1 with a line per version that could not be installed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = []
    for version in VERSIONS:
        if is_installed(version):
            continue
        try:
            install(version)
            print(f"duckdb {version}: installed")
        except (subprocess.CalledProcessError, OSError) as error:
            failed.append(version)
            print(f"duckdb {version}: not installed ({error})", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
