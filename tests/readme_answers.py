"""The README's questions and their answers: read them, ask them, write them.

`python tests/readme_answers.py FILE` writes the answers of a published file into README.md. A test compares them.
"""

import re
import sys
from pathlib import Path

from orchestration.publish import connect_published

README = Path(__file__).resolve().parent.parent / "README.md"
QUESTION = re.compile(
    r"```sql\n(?P<sql>.+?)\n```\n\n<!-- answer (?P<number>\d+) -->(?P<answer>.*?)(?=\n\n\*\*|\n\n## )", re.S
)


def as_table(names: list[str], rows: list[tuple]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def answer(published: Path, sql: str) -> str:
    """A question's answer from a published file."""
    with connect_published(published) as connection:
        cursor = connection.execute(sql)
        return as_table([column[0] for column in cursor.description], cursor.fetchall())


def questions(text: str) -> list[tuple[str, str]]:
    """Each question of the README with the answer that it shows."""
    return [(match["sql"], match["answer"].strip()) for match in QUESTION.finditer(text)]


def main() -> None:
    """Write the answers of the file named on the command line."""
    text = README.read_text(encoding="utf-8")

    def answered(match: re.Match[str]) -> str:
        table = answer(Path(sys.argv[1]), match["sql"])
        return f"```sql\n{match['sql']}\n```\n\n<!-- answer {match['number']} -->\n\n{table}"

    README.write_text(QUESTION.sub(answered, text), encoding="utf-8")


if __name__ == "__main__":
    main()
