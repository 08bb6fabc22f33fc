"""Entries of `sources.toml` and lines of `.env` for each vendor's system, written from the class of its settings.

Belongs here: how a setting is shown. What it means stands in the docstring of the system's class and in docs/sources.md.
"""

import datetime
import inspect
import json
import textwrap
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestration.source_models import ApiSource, ArchiveSource, BaseSource, SystemSource
from orchestration.systems import SYSTEMS

WIDTH = 110
HIDDEN = {"name", "kind", "entities", "delivers"}
ADDRESSES = {
    "shopify": "https://YOURS.myshopify.com",
    "zammad": "https://helpdesk.YOURS.com",
    "zendesk": "https://YOURS.zendesk.com",
}
"""Where a system is that has another address for each customer."""
MEANINGS = {
    "base_url": "where it is: a regional host, a sandbox, a stand-in",
    "expected_every_hours": "later than this, `status` calls the source late",
    "keep_text": "true keeps comments, redacted, in this installation; the published file never has them",
    "language": "of its texts, where it does not say it itself",
    "look_back_days": "each run reads again what changed this long before the last one",
    "max_attempts": "tries of each request",
    "parallel_requests": "at the same time",
    "path": "of the files: below landing/ (default: the source's name), or an absolute path",
    "refers_to": "whose ids a column means, where several sources deliver the entity",
    "start_date": "the first load begins here",
    "timeout_seconds": "that an answer may take",
    "without": "entities that this source is not to deliver",
}


def settings_entry(kind: str) -> str:
    """A whole entry for `sources.toml`: what a system needs, and commented out what it takes besides, with defaults.

    Raises:
        KeyError: no system is of this kind.
    """
    system = SYSTEMS[kind]
    own, common = _fields(system)
    needed = _needed(system)
    lines = [
        *_comment(_said(system)),
        *_comment(f"Needs: {system.scopes}. docs/sources.md says how to get it, and what is loaded."),
        *_head(system),
        "",
        *(_setting(name, field, is_optional=True) for name, field in own.items() if name not in needed),
        "",
        "# as for every system of its kind:",
        *(_setting(name, field, is_optional=True) for name, field in common.items() if name not in needed),
    ]
    return "\n".join(lines) + "\n"


def short_entries() -> str:
    """For a new `sources.toml`: the needed lines of each system, commented out."""
    entries = []
    for kind, system in SYSTEMS.items():
        lines = [*_head(system), f"# ... `support-metrics sources template {kind}` prints every other setting"]
        entries.append("\n".join(f"# {line}".rstrip() if not line.startswith("#") else line for line in lines))
    return "\n\n".join(entries)


def environment_lines() -> str:
    """For a new `.env`: each system's variables, commented out, under what they must be allowed to do."""
    entries = []
    for kind, system in SYSTEMS.items():
        settings = {name: field for name, field in system.model_fields.items() if name.endswith("_env")}
        variables = [field.default for field in settings.values() if field.default is not None]
        if variables:
            entries.append("\n".join([*_comment(f"{kind}: {system.scopes}"), *(f"# {name}=" for name in variables)]))
    return "\n\n".join(entries)


def _head(system: type[SystemSource]) -> list[str]:
    kind = get_args(system.model_fields["kind"].annotation)[0]
    lines = [
        "[[sources]]",
        _line(f'name = "{kind}"', "yours; two sources of one kind have two names"),
        f'kind = "{kind}"',
    ]
    return lines + [_setting(name, field, address=ADDRESSES.get(kind)) for name, field in _needed(system).items()]


def _fields(system: type[SystemSource]) -> tuple[dict[str, FieldInfo], dict[str, FieldInfo]]:
    """The settings that are the system's own, and those that it shares with others."""
    shared = {name for base in (BaseSource, SystemSource, ApiSource, ArchiveSource) for name in base.model_fields}
    shown = {name: field for name, field in system.model_fields.items() if name not in HIDDEN}
    own = {name: field for name, field in shown.items() if name not in shared}
    return own, {name: shown[name] for name in sorted(shown.keys() - own.keys())}


def _needed(system: type[SystemSource]) -> dict[str, FieldInfo]:
    """The settings that have no default, and those of the credentials that the system asks for by default."""
    credentials = system.model_construct(name="", kind="").credentials
    return {
        name: field
        for name, field in system.model_fields.items()
        if name not in HIDDEN and (field.is_required() or (name in credentials and field.default is not None))
    }


def _setting(name: str, field: FieldInfo, *, is_optional: bool = False, address: str | None = None) -> str:
    notes = [
        MEANINGS.get(name, "the variable's name, never the secret" if name.endswith("_env") else ""),
        _choices(field),
    ]
    value = _value(field, address)
    if value is None:
        value = ""
        notes[:0] = ["not set", _kind_of_value(field)]
    mark = "# " if is_optional else ""
    return _line(f"{mark}{name} = {value}".rstrip(), "; ".join(note for note in notes if note))


def _value(field: FieldInfo, address: str | None) -> str | None:
    """A setting's default as TOML, or the address that has none; None where it is not set."""
    if field.is_required():
        return json.dumps(address or "https://...")
    return _toml(field.get_default(call_default_factory=True))


def _toml(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, BaseModel):
        return _toml(value.model_dump(exclude_none=True))
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}" if value == float(f"{value:g}") else repr(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value, ensure_ascii=False)


def _choices(field: FieldInfo) -> str:
    """What a setting takes, where that is a list of words."""
    annotation = field.annotation
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return "any of " + ", ".join(annotation.model_fields)
    words = _words(annotation)
    return "one of: " + ", ".join(words) if len(words) > 1 else ""


def _words(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    if get_origin(annotation) in (dict, list, tuple):
        return []
    return [word for inner in get_args(annotation) for word in _words(inner)]


def _kind_of_value(field: FieldInfo) -> str:
    names = {str: "a text", int: "a number", float: "a number", dict: "a table", list: "a list"}
    found: list[str] = []
    for inner in get_args(field.annotation) or (field.annotation,):
        bare = get_args(inner)[0] if get_origin(inner) is Annotated else inner
        kind = names.get(get_origin(bare) or bare)
        if kind is not None and kind not in found:
            found.append(kind)
    return " or ".join(found)


def _said(system: type[SystemSource]) -> str:
    return inspect.cleandoc(system.__doc__ or "")


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), WIDTH)]


def _line(code: str, note: str) -> str:
    return f"{code:<43} # {note}" if note else code
