"""The documentation's questions and their answers: read them, ask them, write them.

`python tests/readme_answers.py HOME` writes the answers of the demo in HOME into README.md and docs/questions.md, and its
figures beside the truth into docs/scoring.md. Tests compare them with a fresh demo.
"""

import re
import subprocess
import sys
from pathlib import Path

from orchestration.publish import connect_published
from orchestration.settings import Home

PROJECT = Path(__file__).resolve().parent.parent
README = PROJECT / "README.md"
QUESTIONS = PROJECT / "docs" / "questions.md"
SCORING = PROJECT / "docs" / "scoring.md"
QUESTION = re.compile(
    r"```sql\n(?P<sql>.+?)\n```\n\n<!-- answer (?P<number>\d+) -->(?P<answer>.*?)(?=\n\n\*\*|\n\n## |\n*\Z)", re.S
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


def scores(home: Path) -> str:
    """The table of figures beside the truth."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "--home", str(home)]
    done = subprocess.run([*command, "score", "--format", "markdown"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def main() -> None:
    """Write the answers of the demo named on the command line."""
    home = Home(Path(sys.argv[1]))

    def answered(match: re.Match[str]) -> str:
        table = answer(home.published_file, match["sql"])
        return f"```sql\n{match['sql']}\n```\n\n<!-- answer {match['number']} -->\n\n{table}"

    for page in (README, QUESTIONS):
        page.write_text(QUESTION.sub(answered, page.read_text(encoding="utf-8")), encoding="utf-8")
    text, _, _ = SCORING.read_text(encoding="utf-8").partition("| metric |")
    SCORING.write_text(text + scores(home.path), encoding="utf-8")


if __name__ == "__main__":
    main()
