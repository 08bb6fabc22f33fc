"""dbt in a process that has read the project before it is asked to build.

Belongs here: what happens in that process, and starting it. What is built, and how the run hears of it, is in
`orchestration.assets.dbt`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from orchestration.dbt_manifest import target_folder
from orchestration.pipeline import dbt_arguments, dbt_environment
from orchestration.settings import PROJECT, Home, Settings
from orchestration.sources import Sources
from orchestration.warm_processes import WarmProcess

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Parsing says nothing: all that comes out of the process is what the build says.
_SILENTLY = ("--quiet", "--log-level", "none", "--log-level-file", "none")
_read: list["Manifest"] = []


def start_dbt(home: Home, settings: Settings, sources: Sources) -> WarmProcess:
    """A process that reads the project; its output is a pipe, for `build` to write events to as JSON. To be closed."""
    target = str(target_folder(home))
    environment = {
        **dbt_environment(home, settings.memory_limit),
        "DBT_LOG_FORMAT": "json",
        "DBT_TARGET_PATH": target,
        "DBT_LOG_PATH": target,
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_PROJECT_DIR": str(PROJECT),
    }
    return WarmProcess(partial(_read_project, dbt_arguments(sources), environment), output=subprocess.PIPE)


def _read_project(arguments: list[str], environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    from dbt.cli.main import dbtRunner

    _leave_out_debug_events()
    found = dbtRunner().invoke([*_SILENTLY, "parse", "--no-write-json", *arguments])
    if found.success:
        _read.append(found.result)


def _leave_out_debug_events() -> None:
    """dbt makes some 50 events for each model, of which those of the level `debug` end nowhere."""
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class Informing(EventManager):
        def fire_event(self, e: BaseEvent, level: EventLevel | None = None, *args: Any, **kwargs: Any) -> None:
            if (level or e.level_tag()) != EventLevel.DEBUG:
                super().fire_event(e, level, *args, **kwargs)

    ctx_set_event_manager(Informing())


def build(arguments: list[str]) -> None:
    """In the process: run dbt with these arguments, and end with its exit code."""
    from dbt.cli.main import dbtRunner

    signal.signal(signal.SIGINT, signal.default_int_handler)  # dbt ends its queries
    done = dbtRunner(manifest=_read[0] if _read else None).invoke(arguments)
    # As dbt's command: 1 for what was built and failed, 2 for what could not be begun.
    sys.exit(0 if done.success else 1 if done.exception is None else 2)
