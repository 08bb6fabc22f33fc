"""How a source's column names are written in raw.

Belongs here: the one rule that turns an owner's spelling into a name that needs no quotes. Nothing about meaning.
"""

import re
import unicodedata


def raw_name(name: str) -> str:
    """An owner's name in snake case: `NPS_Score` -> `nps_score`, `reviewId` -> `review_id`, `Answered (Y/N)` -> `answered_y_n`.

    Accents are taken off; what is left without a Latin letter or digit becomes `column`, and a leading digit gets `c_`.
    dlt's own rule would leave the result as it is.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    snake = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if not snake:
        return "column"
    return f"c_{snake}" if snake[0].isdigit() else snake


def column_names(header: list[str]) -> list[str]:
    """Names for a header, in order; a name that comes again gets `_2`, `_3` ..."""
    result: list[str] = []
    for name in header:
        base = raw_name(name)
        candidate, number = base, 1
        while candidate in result:
            number += 1
            candidate = f"{base}_{number}"
        result.append(candidate)
    return result
