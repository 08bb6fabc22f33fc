"""The stand-ins beside a command: a demo's installation talks to them wherever it extracts, in `demo`, `run` and `ui`.

Belongs here: starting and ending their process. It ends with this one, however this one ends, since it reads a pipe that
closes then.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestration.settings import ConfigurationError, Home

WITHOUT_SOURCES = ("publish_marts",)
"""Jobs that extract nothing."""


@contextmanager
def demo_servers(home: Home, job_name: str, *, deliver: bool = False) -> Iterator[Callable[[], None]]:
    """The stand-ins for the time of a job, where the installation is a demo's; gives what waits until they answer.

    Args:
        home: the installation.
        job_name: the job that is to run.
        deliver: whether the world's files and its truth are written first.
    """
    if not is_demo(home) or job_name in WITHOUT_SOURCES:
        yield lambda: None
        return
    process = start_demo_servers(home, deliver=deliver)
    try:
        yield lambda: wait_until_ready(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=10)


def is_demo(home: Home) -> bool:
    """Whether an installation is a demo's."""
    return (home.path / "demo.json").is_file()


def start_demo_servers(home: Home, *, deliver: bool = False, outlives_exec: bool = False) -> "subprocess.Popen[str]":
    """Start the stand-ins' process.

    Args:
        home: the installation, which is a demo's.
        deliver: whether the world's files and its truth are written first.
        outlives_exec: whether the process stays when this one is replaced by another program.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.demo.serve", str(home.path), *(["--deliver"] if deliver else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if outlives_exec and process.stdin is not None:
        os.set_inheritable(process.stdin.fileno(), True)
    return process


def wait_until_ready(process: "subprocess.Popen[str]") -> None:
    """Wait until the stand-ins answer.

    Raises:
        ConfigurationError: their process ended before; its own words stand on stderr.
    """
    for line in process.stdout or ():
        if line.strip() == "ready":
            return
    raise ConfigurationError([f"the demo's stand-ins ended with {process.wait()} (see above)"])
