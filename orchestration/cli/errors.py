"""What an error says on the terminal, and its exit code.

Belongs here: the list of errors that are expected, each a line that names the cause and what to do next. Anything else is
a fault of this program and keeps its traceback.
"""

FAILED = 1
MISUSED = 2


def explain(error: BaseException) -> tuple[list[str], int] | None:
    """The lines and the exit code of an expected error; None for any other."""
    from orchestration.dbt_manifest import DbtParseError
    from orchestration.extract.load import LoadError
    from orchestration.extract.mapping import MappingError
    from orchestration.pipeline import UnfinishedBuildError
    from orchestration.publish import PublishError
    from orchestration.run_lock import RunInProgressError
    from orchestration.settings import ConfigurationError
    from orchestration.warehouse import WarehouseLockedError

    if isinstance(error, ConfigurationError):
        return error.problems, MISUSED
    if isinstance(error, DbtParseError):
        return [f"{error} Next: mend the file it names; `dbt parse` says whether it is well"], MISUSED
    if isinstance(error, MappingError):
        return [
            f"{error} Next: mend the mapping; `support-metrics sources check` tries it without touching anything"
        ], FAILED
    if isinstance(error, (WarehouseLockedError, RunInProgressError, PublishError, UnfinishedBuildError, LoadError)):
        return [str(error)], FAILED
    if isinstance(error, PermissionError):
        return [f"not permitted: {error.filename}; do it as the owner of the home"], FAILED
    if isinstance(error, OSError) and error.filename:
        return [f"{error.strerror}: {error.filename}"], FAILED
    return None
