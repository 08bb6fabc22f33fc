"""Processes that import their libraries while a run still does something else, and work when they are asked to.

Belongs here: starting such a process, calling a function in it, and its end. It knows neither the libraries nor the work.
Great Expectations and dbt Charts take longer to import than to do their part of a run; a thread of the run's own process
would only take the interpreter's lock from the other steps.

A process gets a plain environment and no open file of the run's but its output, so it holds none of its locks and secrets.
It ends with the run: it watches the pipe to it, which the kernel closes even when the run is killed.
"""

import contextlib
import gc
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from orchestration.settings import PROJECT, QUIET

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# What a process gets of the caller's environment: nothing of the installation's secrets.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")
CLOSING_SECONDS = 5
# Objects made before garbage is looked for; Python's 700 suits processes that live longer.
GARBAGE_THRESHOLD = 100_000


class ProcessDiedError(Exception):
    """The process ended without an answer; `exit_code` as in `subprocess`."""

    def __init__(self, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(exit_code)

    def __str__(self) -> str:
        """What became of it, in words."""
        if self.exit_code == -signal.SIGINT:
            return "a process of this run was interrupted"
        if self.exit_code == -signal.SIGKILL:
            return "a process of this run was killed (by hand, or for want of memory)"
        return f"a process of this run ended with {self.exit_code}"


def plain_environment() -> dict[str, str]:
    """The variables that a process gets: where things are, no telemetry, and none of the installation's secrets."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {**kept, **QUIET}


class WarmProcess:
    """A Python process that does one thing after the other: first it gets ready, then what `call` asks.

    Functions are named and not sent: they must be found in a module. Arguments, results and errors are pickled.
    """

    def __init__(self, prepare: Callable[[], object], *, output: int | None = None) -> None:
        """Start it and let it call `prepare`, whose errors are only printed: the work itself will meet them again.

        Args:
            prepare: found in a module, or a `partial` of such a function.
            output: its standard output in the words of `subprocess`; None for the run's own.
        """
        self._lock = threading.Lock()
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                pass_fds=[theirs.fileno()],
                cwd=PROJECT,  # where `-m` looks for this module
                env=plain_environment(),
            )
        self._unread_answers = 0
        self.begin(prepare)

    @property
    def popen(self) -> subprocess.Popen[bytes]:
        """The process as `subprocess` has it."""
        return self._process

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def begin(self, function: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Let it call the function without waiting; nobody hears what comes of it but by its output and its end."""
        self._send(function, args, kwargs)
        self._unread_answers += 1

    def call(
        self,
        function: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """The function's result, as if it were called here, or the error that it raised.

        Raises:
            ProcessDiedError: the process is gone; how far the function came is not known.
        """
        return self.call_within(None, function, *args, **kwargs)

    def call_within(
        self,
        seconds: float | None,
        function: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """As `call`, with a time limit for each of getting ready and working, after which the process is killed.

        Raises:
            TimeoutError: it took longer.
        """
        with self._lock:
            self._send(function, args, kwargs)
            while self._unread_answers:
                self._receive(seconds)
                self._unread_answers -= 1
            is_result, answer = self._receive(seconds)
        if is_result:
            return answer
        raise answer

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._connection.close()
        try:
            self._process.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):  # it is gone, as the wait for the answer will tell
            self._connection.send_bytes(pickle.dumps((function, args, kwargs)))

    def _receive(self, seconds: float | None) -> tuple[bool, Any]:
        try:
            if not self._connection.poll(seconds):
                self._process.kill()
                raise TimeoutError
            return self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise ProcessDiedError(self._process.wait()) from None


def serve(connection: Connection) -> None:
    """Call what comes through the connection, one after the other, until its other end is closed; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a stack
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, requests), name="requests", daemon=True).start()
    with _on_one_core(), collecting_no_garbage():
        answer = _answer(requests.get())
    gc.set_threshold(GARBAGE_THRESHOLD)
    while True:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send_bytes(answer)
        answer = _answer(requests.get())


@contextlib.contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """While what is made stays, such as imports: Python would look through it for garbage again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _on_one_core() -> Iterator[None]:
    """Get ready on one core, the same for all such processes: the others are for those that work."""
    cores = os.sched_getaffinity(0) if sys.platform == "linux" else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    yield
    if cores:
        for thread in Path("/proc/self/task").iterdir():  # libraries started some, which took the one core over
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)


def _read(connection: Connection, requests: "queue.SimpleQueue[bytes]") -> None:
    try:
        while True:
            requests.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)  # in the middle of work too: nobody is left to want it


def _answer(request: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(request)  # noqa: S301  # from the run that started this process
        return pickle.dumps((True, function(*args, **kwargs)))
    except Exception as error:  # noqa: BLE001  # it is raised again where the call was made
        traceback.print_exc()
        return pickle.dumps((False, _transferable(error)))


def _transferable(error: BaseException) -> BaseException:
    """The error, or one with its words, if it does not survive pickling as it is."""
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # the error just raised
    except Exception:  # noqa: BLE001  # whatever somebody else's class raises
        copy = None
    if type(copy) is type(error) and str(copy) == str(error):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
