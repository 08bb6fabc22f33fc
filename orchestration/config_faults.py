"""Faults of the shape of `sources.toml`, told in its owner's words, and what of the file can still be checked.

Belongs here: pydantic's errors to one line each, and a copy of the document without the faulty places, so that everything
else is checked in the same go. What a source may say is in `orchestration.sources`.
"""

import copy
from typing import Any

from pydantic import BaseModel, ValidationError

from orchestration.systems import SYSTEMS

KINDS = ("files", "sql", *SYSTEMS)

ROUNDS = 10


def readable(fault: dict[str, Any], document: dict[str, Any]) -> str:
    """One line for a fault of the file's shape, naming the source and table instead of their positions."""
    words: list[str] = []
    node: Any = document
    for step in _path(fault["loc"]):
        if isinstance(step, int) and isinstance(node, list) and step < len(node):
            node = node[step]
            label = (node.get("name") or node.get("entity")) if isinstance(node, dict) else None
            words[-1:] = [f"{_singular(words[-1])} {label or step + 1}"] if words else [str(step + 1)]
        else:
            words.append(str(step))
            node = node.get(step) if isinstance(node, dict) else None
    message = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(fault["type"], fault["msg"].lower())
    if fault["type"] in ("union_tag_invalid", "union_tag_not_found"):
        message = f"kind: is one of {', '.join(KINDS)}"
    return f"sources.toml: {', '.join(words)}: {message}"


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _path(location: tuple[str | int, ...]) -> list[str | int]:
    """Where a fault lies in the document: pydantic names the source's kind in between, which stands nowhere."""
    steps = list(location)
    if len(steps) > 2 and steps[0] == "sources" and isinstance(steps[1], int) and steps[2] in KINDS:
        del steps[2]
    return steps


def checkable(model: type[BaseModel], document: dict[str, Any]) -> BaseModel | None:
    """The document without its faulty places, as far as one can be had: unknown keys and wrong values are left out, and
    what is missing is made up under a harmless name."""
    rest = copy.deepcopy(document)
    for _ in range(ROUNDS):
        try:
            return model.model_validate(rest)
        except ValidationError as error:
            # From the back, so that an element taken out of a list moves none that is still to be mended.
            faults = sorted(
                error.errors(), key=lambda fault: [str(step).zfill(6) for step in fault["loc"]], reverse=True
            )
            for fault in faults:
                _mend(rest, _path(fault["loc"]), fault["type"])
    return None


def _mend(document: dict[str, Any], path: list[Any], kind: str) -> None:
    node: Any = document
    parents: list[tuple[Any, Any]] = []
    for step in path[:-1]:
        parents.append((node, step))
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        source = node[path[-1]] if isinstance(node, list) else node
        if isinstance(source, dict):
            source["kind"] = "sql" if "url_env" in source else "files"
        return
    last = path[-1]
    if kind == "missing" and isinstance(node, dict):
        made_up = {"installation": {"name": "unnamed"}, "files": "*.csv", "entity": None}
        node[str(last)] = made_up.get(str(last), f"unnamed_{last}")
        if last == "entity" and parents:
            parent, step = parents[-1]
            del parent[step]
    elif isinstance(node, dict):
        node.pop(last, None)
    elif isinstance(node, list) and isinstance(last, int) and last < len(node):
        del node[last]
