"""A real PostgreSQL that a test starts for itself: a new cluster in a temporary folder, on a free port of 127.0.0.1."""

import os
import runpy
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

TOOLS = runpy.run_path(str(Path(__file__).parents[1] / "install_debian_tools.py"))
USER, PASSWORD = "reader", "canary-password-4711"
UNPRIVILEGED = 65534  # Debian's `nobody`: PostgreSQL refuses to be run by root


class PostgresServer:
    """The server; `url` is what an installation's variable holds. Made for speed, not for keeping anything."""

    def __init__(self) -> None:
        programs = TOOLS["find_postgres_programs"]()
        if programs is None:
            raise RuntimeError("PostgreSQL's server programs are not installed; run: make test-tools")
        self._as_user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="support-metrics-postgres-"))
        if self._as_user:
            os.chown(self._folder, UNPRIVILEGED, UNPRIVILEGED)
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        data = self._folder / "data"
        subprocess.run(
            [
                programs / "initdb", "--pgdata", data, "--username", USER, "--pwfile", secret, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ],
            check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._as_user,
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self._folder, "fsync": "off",
            "timezone": "America/St_Johns",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                stdout=log, stderr=log, cwd=self._folder, **self._as_user,
            )  # fmt: skip
        self.url = f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.1)
            else:
                return

    def connect(self) -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname="postgres", autocommit=True
        )

    def execute(self, *statements: str) -> None:
        """Run statements, each committed."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def stop(self) -> None:
        """End the server and take its folder away."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
