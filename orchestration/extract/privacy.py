"""What happens to personal data before it is stored: identities hashed, free text tagged and then dropped or redacted.

Belongs here: SQL expressions over text columns, and the search for personal data in columns that nobody declared. The
rules by which text is tagged are seeds (theme_rules, sentiment_rules), since a person decides them.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT, Home
from orchestration.warehouse import text_literal

HASH_LENGTH = 32
E_MAIL = r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}"
TELEPHONE = r"(^|[^0-9A-Za-z.+-])(\+[0-9][0-9 ().-]{7,}[0-9]|\([0-9]{3}\) ?[0-9]{3}[- ][0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4})($|[^0-9A-Za-z-])"
POSSIBLY_PERSONAL = r"@|\+[0-9]|\([0-9]{3}\)|[0-9]{3}-[0-9]{3}-[0-9]{4}"
UNSUPPORTED = "language not supported"


def set_identity_key(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Give a connection the two HMAC pads of the key, as variables, so that the key stands in no SQL text or log."""
    secret = key.encode()
    block = (secret if len(secret) <= 64 else hashlib.sha256(secret).digest()).ljust(64, b"\0")
    connection.execute("set variable identity_inner_pad = $1::blob", [bytes(byte ^ 0x36 for byte in block)])
    connection.execute("set variable identity_outer_pad = $1::blob", [bytes(byte ^ 0x5C for byte in block)])


def hashed(expression: str) -> str:
    """SQL for the first 128 bits of HMAC-SHA256 (RFC 2104) of a text, as 32 hexadecimal digits; null stays null.

    The text is trimmed and lower-cased first, so that one address spelt in two ways is one person.
    """
    inner = f"sha256(getvariable('identity_inner_pad') || encode(lower(trim({expression}))))"
    whole = f"left(sha256(getvariable('identity_outer_pad') || unhex({inner})), {HASH_LENGTH})"
    return f"case when trim({expression}) <> '' then {whole} end"


def fingerprint(expression: str) -> str:
    """SQL for a keyed hash of a text as it stands, so that a change of it is seen and nothing of it can be guessed."""
    return f"sha256(getvariable('identity_inner_pad') || encode({expression}))"


def redacted(expression: str) -> str:
    """SQL for a text with e-mail addresses and telephone numbers replaced."""
    text = f"regexp_replace({expression}, {text_literal(E_MAIL)}, '[e-mail]', 'g')"
    for _ in range(2):  # a match takes the character on either side along, and so hides a neighbour from the same pass
        text = f"regexp_replace({text}, {text_literal(TELEPHONE)}, '\\1[telephone]\\3', 'g')"
    return text


@dataclass(frozen=True)
class TextRules:
    """Patterns by language and then by label: `themes["en"]["delivery"]` is a regular expression."""

    themes: dict[str, dict[str, str]]
    sentiments: dict[str, dict[str, str]]


def read_text_rules(home: Home) -> TextRules:
    """The rules of the installation's seeds, or of the project's where it has none of its own."""
    return TextRules(
        themes=_read_rules(_seed(home, "theme_rules.csv"), "theme"),
        sentiments=_read_rules(_seed(home, "sentiment_rules.csv"), "sentiment"),
    )


def _seed(home: Home, name: str) -> Path:
    own = home.seeds / name
    return own if own.is_file() else PROJECT / "seeds" / name


def _read_rules(path: Path, label: str) -> dict[str, dict[str, str]]:
    rules: dict[str, dict[str, list[str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rules.setdefault(row["language"], {}).setdefault(row[label], []).append(f"(?:{row['pattern']})")
    return {
        language: {name: "|".join(patterns) for name, patterns in by_label.items()}
        for language, by_label in rules.items()
    }


def text_themes(text: str, language: str, rules: TextRules) -> str:
    """SQL for the themes of a text in a language, separated by a bar; '' when none; null without text or rules."""
    cases = []
    for code, patterns in rules.themes.items():
        found = ", ".join(
            f"case when {_matches(text, pattern)} then {text_literal(name)} end" for name, pattern in patterns.items()
        )
        cases.append(f"when {language} = {text_literal(code)} then concat_ws('|', {found})")
    return f"case when {text} is null then null {' '.join(cases)} end"


def text_sentiment(text: str, language: str, rules: TextRules) -> str:
    """SQL for positive, negative or neutral; a language without rules is said to be unsupported, never neutral."""
    cases = []
    for code, patterns in rules.sentiments.items():
        good, bad = (_matches(text, patterns.get(label, "$^")) for label in ("positive", "negative"))
        verdict = f"case when {good} and not {bad} then 'positive' when {bad} and not {good} then 'negative' else 'neutral' end"
        cases.append(f"when {language} = {text_literal(code)} then {verdict}")
    return f"case when {text} is null then null {' '.join(cases)} else '{UNSUPPORTED}' end"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_matches(lower({text}), {text_literal(pattern)})"


def looks_personal(text: str) -> str:
    """SQL that tells whether a text holds an e-mail address or a telephone number; never null.

    The cheap pattern comes first, and nearly no value gets as far as the exact ones: in a `case`, for `and` tries both.
    """
    might_be = f"regexp_matches({text}, {text_literal(POSSIBLY_PERSONAL)})"
    is_personal = f"regexp_matches({text}, {text_literal(E_MAIL)}) or regexp_matches({text}, {text_literal(TELEPHONE)})"
    return f"case when {might_be} then {is_personal} else false end"
