"""How a source's column names are written in raw.

Belongs here: the one rule that turns an owner's spelling into a name that needs no quotes. Nothing about meaning.
"""

import hashlib
import re
import unicodedata

# Letters that Unicode does not take apart into a Latin letter and a mark.
LATIN = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L"})


class AmbiguousNamesError(ValueError):
    """Two columns of one delivery are spelt differently and would get one name."""


def raw_name(name: str) -> str:
    """An owner's name in snake case: `NPS_Score` -> `nps_score`, `reviewId` -> `review_id`, `Answered (Y/N)` -> `answered_y_n`.

    Accents are taken off, and a leading digit gets `c_`. Letters of other scripts cannot stay; six hexadecimal digits of
    the name's hash stand for them, so that two such names stay two: `주문 ID` -> `id_` and six digits. Without any letter
    or digit the name is `column`. dlt's own rule would leave the result as it is.
    """
    decomposed = unicodedata.normalize("NFKD", name.strip().translate(LATIN))
    lost = [char for char in decomposed if not char.isascii() and unicodedata.category(char)[0] in "LN"]
    plain = decomposed.encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    snake = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if lost:
        digest = hashlib.sha256(unicodedata.normalize("NFC", name.strip()).encode("utf-8", "surrogatepass"))
        snake = f"{snake or 'column'}_{digest.hexdigest()[:6]}"
    if not snake:
        return "column"
    return f"c_{snake}" if snake[0].isdigit() else snake


def column_names(header: list[str]) -> list[str]:
    """Names for a header, in order; a name spelt the same again gets `_2`, `_3` ...

    Raises:
        AmbiguousNamesError: two different spellings would get one name, and a mapping could not say which it means.
    """
    result: list[str] = []
    spellings: dict[str, str] = {}
    for name in header:
        base = raw_name(name)
        first = spellings.setdefault(base, name.strip())
        if first != name.strip():
            raise AmbiguousNamesError(f"the columns {first!r} and {name!r} would both be called {base}")
        candidate, number = base, 1
        while candidate in result:
            number += 1
            candidate = f"{base}_{number}"
        result.append(candidate)
    return result
