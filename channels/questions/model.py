"""What a question of the application is. Plain values: nothing here asks the database or the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kommun.policy import Rule, Strength

Answers = Mapping[str, Any]

# Keys of the answers that are not answers: how each part was last saved, input that could not be used, and the key of
# the form that started the application.
PARTS, RAW, START = "_parts", "_raw", "_start"
NOTES = "notes"


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    PEOPLE = "people"
    UNIT = "unit"
    COMMITTEE = "committee"
    PLATFORM = "platform"
    ADDRESS = "address"
    HOURS = "hours"
    CONFIRM = "confirm"
    FILE = "file"
    READING = "reading"


# These have no field in the form: a file is stored and a reading is signed for as acts of their own.
WITHOUT_FIELD = frozenset({Kind.FILE, Kind.READING})


@dataclass(frozen=True)
class Choice:
    """One thing to choose. `value` is what is kept."""

    value: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One question, with the rule that asks for it.

    `strength` is the policy's: *ska* must be answered; *bör* may be left with a note that says why; *kan* may be left.
    `required` is also True for what the register itself cannot do without.
    """

    key: str
    label: str
    kind: Kind
    short: str  # what the answer is called in a summary
    hint: str = ""
    error: str = ""  # what to say when it is not answered
    required: bool = False
    strength: Strength | None = None
    rule: Rule[Any] | None = None
    choices: tuple[Choice, ...] = ()
    max_length: int = 0
    min_count: int = 0
    group: str = ""  # the dictionary in the answers that holds it: display, confirmations
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def field_name(self) -> str:
        """The name in the form, and the anchor on the page."""
        return f"{self.group}-{self.key}" if self.group else self.key

    @property
    def wants_note(self) -> bool:
        """Return True when it may be left only with a reason."""
        return not self.required and self.strength is Strength.BOR

    @property
    def note_name(self) -> str:
        """The name of the field for that reason."""
        return f"note-{self.field_name}"

    @property
    def is_optional(self) -> bool:
        """Return True when it may be left without a word."""
        return not self.required and not self.wants_note

    def value(self, answers: Answers) -> Any:
        """Return what has been answered, or None."""
        if not self.group:
            return answers.get(self.key)
        group = answers.get(self.group)
        return group.get(self.key) if isinstance(group, dict) else None

    def note(self, answers: Answers) -> str:
        """Return why the question has been left."""
        notes = answers.get(NOTES)
        return str(notes.get(self.field_name, "")) if isinstance(notes, dict) else ""


@dataclass(frozen=True)
class Part:
    """One part of the application. `places` are where the policy's guidance to people is shown (policy.guidance)."""

    key: str
    slug: str
    title: str
    questions: tuple[Question, ...]
    places: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Question, ...]:
        """The questions that are answered in the form."""
        return tuple(question for question in self.questions if question.kind not in WITHOUT_FIELD)

    @property
    def attachments(self) -> tuple[Question, ...]:
        """The files that the policy asks for."""
        return tuple(question for question in self.questions if question.kind is Kind.FILE)

    @property
    def readings(self) -> tuple[Question, ...]:
        """What is to be read."""
        return tuple(question for question in self.questions if question.kind is Kind.READING)


class Status(StrEnum):
    """How far a part has come."""

    NOT_STARTED = "not_started"
    ONGOING = "ongoing"
    MISSING = "missing"
    DONE = "done"


def is_blank(value: Any) -> bool:
    """Return True for what is no answer. Zero hours is an answer, an unticked box is not."""
    return value is None or value is False or value == "" or value == [] or value == {}
