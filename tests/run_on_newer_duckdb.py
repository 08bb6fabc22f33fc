"""Run dbt's unit tests, the business clock's proof and the publish step on DuckDB 2.0 (`make test-engines`).

The lock holds DuckDB 1.5.6; the SQL has to mean the same in 2.0. The newer wheel is one of those that
tests/install_old_duckdb.py lays into .tools, put before the locked one on the path.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VERSION = "2.0.0"
WHEEL = PROJECT / ".tools" / "duckdb" / VERSION


def main() -> int:
    """0 when everything passes on that version, else the first failing command's exit code."""
    if not WHEEL.is_dir():
        print(f"DuckDB {VERSION} is not there; run: make test-tools")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(WHEEL),
            "SUPPORT_METRICS_WAREHOUSE": f"{folder}/warehouse.duckdb",
            "SUPPORT_METRICS_TEMP_DIRECTORY": f"{folder}/temp",
        }
        prepare = (
            "import duckdb, sys\n"
            f"assert duckdb.__version__ == '{VERSION}', duckdb.__version__\n"
            "from orchestration.extract.audit import create_tables\n"
            "from orchestration.extract.mapping import create_contract\n"
            "from orchestration.quality.quarantine import create_tables as create_quarantine\n"
            f"with duckdb.connect('{folder}/warehouse.duckdb') as connection:\n"
            "    create_tables(connection); create_contract(connection); create_quarantine(connection)\n"
        )
        dbt = [
            str(Path(sys.executable).with_name("dbt")),
            "build",
            "--target-path",
            f"{folder}/target",
            "--log-path",
            folder,
        ]
        commands = [
            [sys.executable, "-c", prepare],
            [*dbt, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)],
            [sys.executable, "-m", "pytest", "-q", "tests/unit/models", "tests/unit/publish"],
        ]
        for command in commands:
            done = subprocess.run(command, cwd=PROJECT, env=environment, check=False)
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
