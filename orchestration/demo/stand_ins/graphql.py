"""A small GraphQL: schemas and queries are read, and a query is answered from nested dictionaries.

Belongs here: what the stand-ins' vendors use of the language: variables, arguments, aliases, nested selections and inline
fragments. Named fragments, directives and mutations are refused. Nothing here knows a vendor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

TOKEN = re.compile(r'[\s,]+|#[^\n]*|(\.\.\.|[{}()\[\]:=!$|&@]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)')
LITERALS = {"true": True, "false": False, "null": None}


class GraphqlError(Exception):
    """What the vendor answers under `errors`, with HTTP status 200."""

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.extensions = extensions
        self.path: list[str] = []


@dataclass(frozen=True)
class Variable:
    """A `$name` among the arguments."""

    name: str


@dataclass(frozen=True)
class Selection:
    """One asked field, or, with `on_type`, the fields of an inline fragment."""

    name: str
    alias: str
    arguments: Mapping[str, Any]
    selections: tuple["Selection", ...]
    on_type: str | None = None


@dataclass
class FieldType:
    """What a schema says of a field: the name of its type, whether it is a list of it, and its arguments."""

    type_name: str
    is_list: bool
    arguments: set[str]


@dataclass
class Schema:
    """Types with their fields; enums, scalars and inputs have none."""

    fields: dict[str, dict[str, FieldType]] = field(default_factory=dict)

    def field_of(self, type_name: str, name: str) -> FieldType:
        """A field of a type.

        Raises:
            GraphqlError: the type has no such field.
        """
        found = self.fields.get(type_name, {}).get(name)
        if found is None:
            raise GraphqlError(
                f"Field '{name}' doesn't exist on type '{type_name}'",
                code="undefinedField",
                typeName=type_name,
                fieldName=name,
            )
        return found


class _Reader:
    """Takes tokens one after another."""

    def __init__(self, text: str) -> None:
        self._tokens = [found.group(1) for found in TOKEN.finditer(text) if found.group(1)]
        self._at = 0

    @property
    def next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.next
        if not token or (wanted is not None and token != wanted):
            raise GraphqlError(f'Expected "{wanted}", found "{token}"', code="parseError")
        self._at += 1
        return token

    def takes(self, wanted: str) -> bool:
        if self.next != wanted:
            return False
        self._at += 1
        return True


def read_schema(text: str) -> Schema:
    """A schema from the definition language: `type` and `interface`; the other definitions are passed over."""
    schema, reader = Schema(), _Reader(text)
    while reader.next:
        kind, name = reader.take(), reader.take()
        if kind not in ("type", "interface"):
            _pass_over(reader, kind)
            continue
        while not reader.takes("{"):
            reader.take()
        schema.fields[name] = {"__typename": FieldType("String", False, set())}
        while not reader.takes("}"):
            field_name, arguments = reader.take(), set()
            if reader.takes("("):
                while not reader.takes(")"):
                    arguments.add(reader.take())
                    reader.take(":")
                    _type(reader)
                    if reader.takes("="):
                        _value(reader)
            reader.take(":")
            type_name, is_list = _type(reader)
            schema.fields[name][field_name] = FieldType(type_name, is_list, arguments)
    return schema


def _pass_over(reader: _Reader, kind: str) -> None:
    if kind == "enum" and reader.takes("{"):
        while not reader.takes("}"):
            reader.take()


def _type(reader: _Reader) -> tuple[str, bool]:
    is_list = reader.takes("[")
    name = reader.take()
    reader.takes("!")
    if is_list:
        reader.take("]")
        reader.takes("!")
    return name, is_list


@lru_cache(maxsize=256)
def read_query(text: str) -> tuple[Selection, ...]:
    """The selections of the one operation of a document.

    Raises:
        GraphqlError: it is no query, or uses what is not known here.
    """
    reader = _Reader(text)
    if reader.next != "{":
        if reader.take() != "query":
            raise GraphqlError("only queries are answered", code="parseError")
        while reader.next != "{":
            if reader.takes("("):
                while not reader.takes(")"):
                    reader.take()
            else:
                reader.take()
    found = _selections(reader)
    if reader.next:
        raise GraphqlError("one operation at a time", code="parseError")
    return found


def _selections(reader: _Reader) -> tuple[Selection, ...]:
    reader.take("{")
    found = []
    while not reader.takes("}"):
        if reader.takes("..."):
            reader.take("on")
            on_type = reader.take()
            found.append(Selection("", "", {}, _selections(reader), on_type))
            continue
        alias = name = reader.take()
        if reader.takes(":"):
            name = reader.take()
        arguments = {}
        if reader.takes("("):
            while not reader.takes(")"):
                argument = reader.take()
                reader.take(":")
                arguments[argument] = _value(reader)
        inner = _selections(reader) if reader.next == "{" else ()
        found.append(Selection(name, alias, arguments, inner))
    return tuple(found)


def _value(reader: _Reader) -> Any:
    if reader.takes("$"):
        return Variable(reader.take())
    if reader.takes("["):
        listed = []
        while not reader.takes("]"):
            listed.append(_value(reader))
        return listed
    token = reader.take()
    if token.startswith('"'):
        return token[1:-1].replace('\\"', '"')
    if token[0].isdigit() or token[0] == "-":
        return float(token) if "." in token else int(token)
    return LITERALS.get(token, token)


Lister = Callable[[str, Any, Mapping[str, Any]], Any]
"""How a list becomes what the vendor answers: called with its field's type, the list and the field's arguments."""


class Answering:
    """Answers one query.

    Args:
        schema: what may be asked.
        variables: of the request.
        cut: makes of a list what is asked of it: its first records, or a page with `nodes` and `pageInfo`.
    """

    def __init__(self, schema: Schema, variables: Mapping[str, Any], cut: Lister) -> None:
        self._schema = schema
        self._variables = variables
        self._cut = cut

    def data(self, text: str, root: Mapping[str, Any], type_name: str) -> dict[str, Any]:
        """The answer's `data`; a callable value of the root is called with the field's arguments.

        Raises:
            GraphqlError: the query is refused.
        """
        return self._object(root, type_name, read_query(text))

    def _object(self, value: Mapping[str, Any], type_name: str, selections: tuple[Selection, ...]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for asked in selections:
            if asked.on_type is not None:
                if value.get("__typename", type_name) == asked.on_type:
                    answer.update(self._object(value, asked.on_type, asked.selections))
                continue
            try:
                answer[asked.alias] = self._field(value, type_name, asked)
            except GraphqlError as error:
                error.path.insert(0, asked.alias)
                raise
        return answer

    def _field(self, value: Mapping[str, Any], type_name: str, asked: Selection) -> Any:
        known = self._schema.field_of(type_name, asked.name)
        unknown = [name for name in asked.arguments if name not in known.arguments]
        if unknown:
            raise GraphqlError(
                f"Field '{asked.name}' doesn't accept argument '{unknown[0]}'",
                code="argumentNotAccepted",
                typeName=type_name,
                fieldName=asked.name,
                argumentName=unknown[0],
            )
        has_fields = known.type_name in self._schema.fields
        if has_fields != bool(asked.selections):
            raise GraphqlError(f"Field '{asked.name}' must have a selection of subfields", code="selectionMismatch")
        found = value.get(asked.name)
        if callable(found) or isinstance(found, list):
            arguments = {name: self._argument(argument) for name, argument in asked.arguments.items()}
            found = found(arguments) if callable(found) else found
            if isinstance(found, list):
                found = self._cut(known.type_name, found, arguments)
        if found is None or not has_fields:
            return found
        if isinstance(found, list):
            return [each if each is None else self._object(each, known.type_name, asked.selections) for each in found]
        return self._object(found, known.type_name, asked.selections)

    def _argument(self, value: Any) -> Any:
        if isinstance(value, Variable):
            return self._variables.get(value.name)
        return [self._argument(each) for each in value] if isinstance(value, list) else value
