"""What is wrong with an uploaded policy file, as rows of a table, and the file as text that can be shown again."""

from collections.abc import Sequence
from dataclasses import dataclass

from kommun.policy.loader import MAX_BYTES
from kommun.policy.problems import Problem

MOST_SHOWN = 100  # whoever has more to mend begins at the top
LONGEST_LINE = 200


@dataclass(frozen=True)
class ProblemRow:
    """One problem with the line that it stands on."""

    problem: Problem
    line: str = ""


def problem_rows(problems: Sequence[Problem], text: str) -> list[ProblemRow]:
    """Return the problems in the order of the file, those without a line first, each with its line."""
    lines = text.splitlines()
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    return [ProblemRow(problem, _line(lines, problem.line)) for problem in ordered[:MOST_SHOWN]]


def _line(lines: list[str], number: int | None) -> str:
    return lines[number - 1].strip()[:LONGEST_LINE] if number and number <= len(lines) else ""


def readable(content: str | bytes) -> str:
    """Return the content as text for the form. Nothing for a file so large that no page should carry it."""
    if len(content) > MAX_BYTES:
        return ""
    if isinstance(content, str):
        return content
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1").replace("\x00", "")
