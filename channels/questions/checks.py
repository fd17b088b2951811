"""Whether an answer will do. The same checks run when a part is saved, on the review page and when it is sent."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Unit
from channels.models import Application
from channels.questions.facts import Facts, as_id, as_ids
from channels.questions.model import Answers, Kind, Part, Question, is_blank
from kommun import policy
from kommun.policy import Strength, keys
from kommun.policy.values.keeping import MinimumActivity
from kommun.policy.values.talking import ReplyWithin

MAX_REPLY_HOURS = 24 * 60
MAX_PEOPLE = 20


def problem(question: Question, answers: Answers, facts: Facts) -> str:
    """Return what is wrong with the answer, in a sentence that says what to do, or nothing."""
    value = question.value(answers)
    if question.kind is Kind.FILE:
        return question.error if question.required and question.key not in facts.attachments else ""
    if question.kind is Kind.READING:
        return _reading(question, answers, facts)
    if is_blank(value):
        return _left(question, answers)
    if question.kind in _WRITTEN and not isinstance(value, str):
        return question.error or _("Svara på frågan.")
    check = _BY_NAME.get(question.field_name) or _BY_KIND.get(question.kind)
    return (check(question, value, answers, facts) if check else "") or _length(question, value)


def _left(question: Question, answers: Answers) -> str:
    if question.required:
        return question.error or _("Svara på frågan.")
    if question.wants_note and not question.note(answers):
        return _("Svara, eller skriv varför du hoppar över frågan.")
    return ""


def _length(question: Question, value: Any) -> str:
    if question.max_length and isinstance(value, str) and len(value) > question.max_length:
        return _("Texten är för lång: %(length)s tecken. Den får vara högst %(limit)s.") % {
            "length": len(value),
            "limit": question.max_length,
        }
    return ""


def _reading(question: Question, answers: Answers, facts: Facts) -> str:
    if not question.required:
        return ""
    readers = facts.readers(question, answers)
    return question.error if not readers or not all(facts.has_read(user, question) for user in readers) else ""


def _person(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    return "" if as_id(value) in facts.users else _("Personen kan inte väljas längre. Välj någon annan.")


def _deputy(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    if value == answers.get("owner"):
        return _("Den ansvariga kan inte vara sin egen ersättare. Välj någon annan.")
    return _person(question, value, answers, facts)


def _people(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    people = as_ids(value)
    if any(pk not in facts.users for pk in people):
        return _("En av personerna kan inte väljas längre. Välj någon annan.")
    if len(people) > MAX_PEOPLE:
        return _("Välj högst %(count)s personer.") % {"count": MAX_PEOPLE}
    if len(set(people)) < question.min_count and not (question.is_optional or _noted(question, answers)):
        return question.error
    return ""


def _noted(question: Question, answers: Answers) -> bool:
    return question.wants_note and bool(question.note(answers))


def _unit(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    return "" if as_id(value) in facts.units else _("Verksamheten finns inte längre. Välj en annan.")


def _committee(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    unit = facts.units.get(as_id(value))
    return "" if unit and unit.kind == Unit.Kind.COMMITTEE else _("Välj en nämnd.")


def _platform(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    platform = facts.platforms.get(value) if isinstance(value, str) else None
    if platform is None or platform.archived:
        return _("Plattformen kan inte väljas längre. Välj en annan.")
    rule = question.rule
    if rule is None or rule.key != keys.PLATFORM_LIST or value in rule.value.platforms or rule.value.mode == "examples":
        return ""
    if rule.value.mode == "block":
        return _("%(platform)s finns inte bland plattformarna som kommunen använder. Välj en annan.") % {
            "platform": platform
        }
    if question.note(answers):
        return ""
    return _("%(platform)s finns inte bland plattformarna som kommunen använder. Skriv varför ni behöver den.") % {
        "platform": platform
    }


def _address(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    platform = facts.platforms.get(str(answers.get("platform") or ""))
    if platform is None:
        return _("Välj plattform först, så kan vi läsa adressen.")
    return facts.taken(platform, str(answers.get("handle_key") or ""))


def _reply_hours(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_REPLY_HOURS:
        return _("Skriv ett helt antal timmar, från 1 till %(most)s.") % {"most": MAX_REPLY_HOURS}
    rule = question.rule
    if rule is None or rule.key != keys.REPLY_WITHIN or rule.value.hours is None:
        return ""
    promised = ReplyWithin(value=value, unit="hours", calendar=rule.value.calendar, set_by="channel")
    if rule.strength is Strength.KAN or not policy.is_looser(keys.REPLY_WITHIN, promised, rule):
        return ""
    return _("Regeln säger högst %(hours)s timmar. Skriv samma tid eller kortare.") % {"hours": rule.value.hours}


def _frequency(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    if refusal := _choice(question, value, answers, facts):
        return refusal
    rule = question.rule
    if (
        rule is None
        or rule.key != keys.MINIMUM_ACTIVITY
        or rule.value.per_year is None
        or rule.strength is Strength.KAN
    ):
        return ""
    promised = MinimumActivity(count=question.options["per_year"][value], period="year")
    if not policy.is_looser(keys.MINIMUM_ACTIVITY, promised, rule) or _noted(question, answers):
        return ""
    return _("Regeln säger oftare än så. Välj något oftare, eller låt bli att öppna kanalen.")


def _choice(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    return "" if value in [choice.value for choice in question.choices] else _("Välj ett av alternativen.")


def _choices(question: Question, value: Any, answers: Answers, facts: Facts) -> str:
    known = [choice.value for choice in question.choices]
    return "" if isinstance(value, list) and all(item in known for item in value) else _("Välj bland alternativen.")


_WRITTEN = frozenset({Kind.TEXT, Kind.LONG, Kind.ADDRESS, Kind.PLATFORM})
Check = Callable[[Question, Any, Answers, Facts], str]
_BY_NAME: dict[str, Check] = {
    "deputy": _deputy,
    "reply_hours": _reply_hours,
    "update_frequency": _frequency,
}
_BY_KIND: dict[Kind, Check] = {
    Kind.PERSON: _person,
    Kind.PEOPLE: _people,
    Kind.UNIT: _unit,
    Kind.COMMITTEE: _committee,
    Kind.PLATFORM: _platform,
    Kind.ADDRESS: _address,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}


def problems(part: Part, application: Application, facts: Facts) -> dict[str, str]:
    """Return what is wrong in the part, by field name: input that could not be used counts as well."""
    raw = application.answers.get("_raw")
    unusable = raw.get(part.key) if isinstance(raw, dict) else None
    found = {}
    for question in part.questions:
        reason = problem(question, application.answers, facts)
        if not reason and isinstance(unusable, dict) and question.field_name in unusable:
            reason = _("Det du skrev går inte att använda. Rätta det.")
        if reason:
            found[question.field_name] = reason
    return found
