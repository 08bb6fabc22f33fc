"""What may be told of an error: never the values that caused it.

Belongs here: the choice of the parts of DuckDB's and Great Expectations' messages that hold names and SQL only. A
conversion error, for one, quotes the value it could not convert, which may be somebody's e-mail address.
"""

import re

# Messages about names and grammar; the rest of DuckDB's messages is cut down to its kind.
_SAFE = re.compile(
    r"(?:Binder|Catalog|Parser) Error: [^\n]*"
    r"|(?:Error: )?The column \"\w+\" in BatchData does not exist\."
    r"|Attempt to connect to table: \S+ failed"
)
_KIND = re.compile(r"\b(\w+(?: \w+)?) (?:Error|Exception): ")
_CLASS = re.compile(r"\b(\w+(?:Error|Exception))\b")


def safe_description(text: str) -> str:
    """What an error's text says about names and SQL, or else only what kind of error it is."""
    found = _SAFE.search(text)
    if found:
        return found.group(0).removeprefix("Error: ").rstrip(".")
    kind = _KIND.search(text)
    if kind:
        return f"{kind.group(1).lower()} error (its text is withheld: it may quote values)"
    name = _CLASS.search(text)
    return f"{name.group(1) if name else 'unknown error'} (its text is withheld: it may quote values)"
