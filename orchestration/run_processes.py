"""The processes that get ready during a run: one for the gates, one for dbt, one for each format of the boards.

Belongs here: which there are, for which runs, and their end. When each is started is told by the steps, so that there is
always another core to spare; how they work is in `orchestration.warm_processes`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from orchestration.settings import Home, Settings
from orchestration.sources import Sources
from orchestration.warm_processes import WarmProcess

if TYPE_CHECKING:
    from orchestration.quality.gates import GateOutcome


class RunProcesses:
    """Those of one run. Every step does its work without them too: it only takes longer."""

    def __init__(self, home: Home, settings: Settings, sources: Sources, job_name: str) -> None:
        self._home, self._settings, self._sources = home, settings, sources
        # A job of ours has gates, a build and boards; a few assets that somebody chose in the UI need not have any.
        self._is_whole_run = bool(job_name) and not job_name.startswith("__")
        self._gates: WarmProcess | None = None
        self._dbt: WarmProcess | None = None
        self._drawers: dict[str, WarmProcess] = {}

    @property
    def drawers(self) -> dict[str, WarmProcess]:
        """Those that draw the boards, by format; maybe none."""
        return self._drawers

    @property
    def dbt(self) -> WarmProcess | None:
        """The one that builds, if it is there and was not used yet."""
        return self._dbt if self._dbt is not None and self._dbt.is_alive else None

    def prepare_gates(self) -> None:
        """Begin to import Great Expectations."""
        if self._is_whole_run and self._gates is None:
            from orchestration.quality.gates import get_ready

            self._gates = WarmProcess(partial(get_ready, self._home.path))

    def prepare_dbt(self) -> None:
        """Begin to import dbt and to read the project."""
        if self._is_whole_run and self._dbt is None:
            from orchestration.dbt_process import start_dbt

            self._dbt = start_dbt(self._home, self._settings, self._sources)

    def prepare_boards(self) -> None:
        """Begin to import dbt Charts and to practise."""
        if self._is_whole_run and self._settings.draw_boards and not self._drawers:
            from orchestration.boards import start_drawers

            self._drawers = start_drawers()

    def run_gate(self, gate: Callable[..., "GateOutcome"], run_id: str) -> "GateOutcome":
        """A gate's verdict on the warehouse: from the process that got ready for gates, else from this one.

        Raises:
            ProcessDiedError: the process was killed while it worked.
        """
        arguments = {"run_id": run_id, "home": self._home.path, "now": datetime.now(UTC)}
        if self._gates is None or not self._gates.is_alive:
            return gate(self._home.warehouse, **arguments)
        return self._gates.call(gate, self._home.warehouse, **arguments)

    def close(self) -> None:
        """End them all."""
        for process in (self._gates, self._dbt, *self._drawers.values()):
            if process is not None:
                process.close()
        self._gates, self._dbt, self._drawers = None, None, {}
