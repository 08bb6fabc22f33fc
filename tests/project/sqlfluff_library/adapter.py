"""Stands in for dbt's `adapter` when sqlfluff renders a model: a dispatched macro becomes a call of a SQL function."""

from collections.abc import Callable


def dispatch(macro_name: str, package: str) -> Callable[..., str]:
    """A function that writes the macro's name and arguments as a SQL function call."""

    def written(*arguments: object) -> str:
        return f"{macro_name}({', '.join(str(argument) for argument in arguments)})"

    return written
