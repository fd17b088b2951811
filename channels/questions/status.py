"""How far an application has come, and how it reads."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import queries
from channels.models import Application
from channels.questions.catalogue import parts
from channels.questions.checks import problems
from channels.questions.facts import Facts, as_id, as_ids
from channels.questions.model import PARTS, Kind, Part, Question, Status, is_blank


def parts_of(application: Application) -> list[Part]:
    """Return the parts of an application, from the policy version that it is made under and the scope it has so far."""
    return parts(application.policy_version, queries.application_scope(application))


def missing(
    application: Application, *, facts: Facts | None = None, of: Sequence[Part] | None = None
) -> list[Question]:
    """Return the questions that keep the application from being sent: not answered, or the answer will not do."""
    facts = facts or Facts.load(application)
    return [
        question
        for part in (parts_of(application) if of is None else of)
        for found in [problems(part, application, facts)]
        for question in part.questions
        if question.field_name in found
    ]


def saved(application: Application, part: Part) -> dict[str, Any]:
    """Return how the part was last saved: version, at, by, later. Empty before the first time."""
    rows = application.answers.get(PARTS)
    row = rows.get(part.key) if isinstance(rows, dict) else None
    return row if isinstance(row, dict) else {}


def part_status(application: Application, part: Part, *, facts: Facts | None = None) -> Status:
    """Return how far the part has come.

    What only others can do, to read a document, makes the part ongoing: nothing the applicant can put right here.
    """
    facts = facts or Facts.load(application)
    found = problems(part, application, facts)
    how = saved(application, part)
    started = bool(how) or _acted(part, facts)
    if not started:
        return Status.NOT_STARTED
    if not found:
        return Status.DONE
    waits_for_others = {
        question.field_name
        for question in part.readings
        if facts.readers(question, application.answers) and not _mine_to_read(question, application, facts)
    }
    return Status.ONGOING if how.get("later") or set(found) <= waits_for_others else Status.MISSING


def _acted(part: Part, facts: Facts) -> bool:
    files = any(question.key in facts.attachments for question in part.attachments)
    return files or any(key == question.key for question in part.readings for _user, key in facts.receipts)


def _mine_to_read(question: Question, application: Application, facts: Facts) -> bool:
    readers = facts.readers(question, application.answers)
    return any(user.pk == application.applicant_id and not facts.has_read(user, question) for user in readers)


def summary(
    application: Application, *, facts: Facts | None = None, of: Sequence[Part] | None = None
) -> list[tuple[Part, list[tuple[Question, str]]]]:
    """Return every part with its questions and the answer as it is shown: for the review and the decision.

    Texts are plain and keep their line breaks; what has not been answered is an empty text.
    """
    facts = facts or Facts.load(application)
    return [
        (part, [(question, shown(question, application, facts)) for question in part.questions])
        for part in (parts_of(application) if of is None else of)
    ]


def shown(question: Question, application: Application, facts: Facts) -> str:
    """Return the answer in words. People are shown by role and unit."""
    value = question.value(application.answers)
    if question.kind is Kind.FILE:
        file = facts.attachments.get(question.key)
        return file.name if file else ""
    if question.kind is Kind.READING:
        return _receipts(question, application, facts)
    if is_blank(value):
        note = question.note(application.answers)
        return _("Inget svar. Skäl: %(reason)s") % {"reason": note} if note else ""
    text = _in_words(question, value, facts)
    note = question.note(application.answers)
    return _("%(answer)s (%(note)s)") % {"answer": text, "note": note} if note else text


def _in_words(question: Question, value: Any, facts: Facts) -> str:
    match question.kind:
        case Kind.PERSON:
            return _role(value, facts)
        case Kind.PEOPLE:
            return "; ".join(filter(None, (_role(pk, facts) for pk in as_ids(value))))
        case Kind.UNIT | Kind.COMMITTEE:
            return str(facts.units.get(as_id(value)) or "")
        case Kind.PLATFORM:
            return str(facts.platforms.get(str(value)) or value)
        case Kind.CHOICE | Kind.CHOICES:
            words = {choice.value: choice.text for choice in question.choices}
            chosen = value if isinstance(value, list) else [value]
            return "; ".join(words.get(str(item), str(item)) for item in chosen)
        case Kind.CONFIRM:
            return _("Ja")
        case Kind.HOURS if isinstance(value, int):
            return _hours(question, value)
    return str(value)


def _role(value: Any, facts: Facts) -> str:
    person = facts.users.get(as_id(value))
    return person.role if person else _("någon som har slutat")


def _hours(question: Question, value: int) -> str:
    if question.options.get("working_days"):
        return ngettext("%(hours)s timme på vardagar", "%(hours)s timmar på vardagar", value) % {"hours": value}
    return ngettext("%(hours)s timme", "%(hours)s timmar", value) % {"hours": value}


def _receipts(question: Question, application: Application, facts: Facts) -> str:
    readers = facts.readers(question, application.answers)
    if not readers:
        return ""
    read = sum(facts.has_read(user, question) for user in readers)
    return _("%(read)s av %(all)s har läst") % {"read": read, "all": len(readers)}
