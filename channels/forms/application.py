"""One form for each part of the application, built from the part's questions."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from channels import queries
from channels.addresses import AddressError, CanonicalAccount, load_platform_specs, parse_account
from channels.forms.fields import MAX_KEPT, MAX_KEPT_VALUES, CleanTextField, clean_text, field_for
from channels.models import Application
from channels.questions import RAW, Facts, Kind, Part, Question, is_blank, problem, saved
from channels.questions.appearance import Prefill
from channels.questions.catalogue import Source

DERIVED = ("handle", "handle_key", "platform_account_id")
MAX_NOTE = 500


class PartForm(forms.Form):
    """The questions of one part.

    Whatever was typed can be saved: `values()` has what is an answer, `unusable()` what was typed where it is none.
    """

    use_required_attribute = False
    mark_optional = False
    account: CanonicalAccount | None = None

    def __init__(
        self, part: Part, application: Application, facts: Facts, data: Mapping[str, Any] | None = None
    ) -> None:
        self.part, self.application, self.facts = part, application, facts
        super().__init__(data, initial=None if data is not None else first_answers(part, application, facts))
        for question in part.fields:
            self.fields[question.field_name] = field_for(question, facts)
            if may_be_noted(question):
                self.fields[question.note_name] = CleanTextField(
                    label=_("Varför?"), required=False, widget=forms.TextInput(attrs={"class": "input"})
                )

    @classmethod
    def stored(cls, part: Part, application: Application, facts: Facts) -> "PartForm":
        """Return the form with what has been saved. Bound once it has been saved, so that what is wrong shows."""
        return cls(part, application, facts, stored_data(part, application) if saved(application, part) else None)

    def clean(self) -> dict[str, Any]:
        """Check each answer beside the others, with the same checks that the review and the submission run."""
        self.candidate = {**self.application.answers, "notes": {**(self.application.answers.get("notes") or {})}}
        for question in self.part.fields:
            self._put(question)
        for question in self.part.fields:
            name = question.field_name
            if question.kind is Kind.ADDRESS and name not in self.errors:
                self._read_address(question)
            if name not in self.errors and (reason := problem(question, self.candidate, self.facts)):
                self.add_error(name, reason)
            if len(self.cleaned_data.get(question.note_name) or "") > MAX_NOTE:
                self.add_error(question.note_name, _("Skriv kortare: högst %(limit)s tecken.") % {"limit": MAX_NOTE})
        return self.cleaned_data

    def _put(self, question: Question) -> None:
        name = question.field_name
        value = self.cleaned_data.get(name)
        if question.kind is Kind.CONFIRM and value:
            value = question.options.get("yes", True)
        value = None if is_blank(value) else value
        if question.group:
            self.candidate[question.group] = {**(self.candidate.get(question.group) or {}), question.key: value}
        else:
            self.candidate[question.key] = value
        self.candidate["notes"][name] = self.cleaned_data.get(question.note_name) or ""

    def _read_address(self, question: Question) -> None:
        """Turn what was pasted into the one way of writing the account."""
        typed, platform = self.candidate.get("address"), self.candidate.get("platform")
        for name in DERIVED:
            self.candidate[name] = ""
        if not typed or not platform:
            return
        try:
            account = parse_account(typed, load_platform_specs(), platform_hint=platform)
        except AddressError as unreadable:
            self.add_error("address", str(unreadable))
            return
        if account.platform != platform:
            self.add_error("address", self._other_platform(account))
            return
        self.account = account
        self.candidate["address"] = account.url
        self.candidate["handle"], self.candidate["handle_key"] = account.handle, account.handle_key
        self.candidate["platform_account_id"] = account.platform_account_id or ""

    def _other_platform(self, account: CanonicalAccount) -> str:
        if account.platform is None:
            return _("Skriv hela adressen, så som den står i webbläsaren.")
        found = self.facts.platforms.get(account.platform)
        return _("Adressen hör till %(found)s, men du har valt %(chosen)s. Ändra det ena eller det andra.") % {
            "found": found or account.platform,
            "chosen": self.facts.platforms.get(str(self.candidate.get("platform"))) or "",
        }

    def values(self) -> dict[str, Any]:
        """Return the answers that can be used, by field name. Call it after `is_valid`."""
        values = {
            question.field_name: question.value(self.candidate)
            for question in self.part.fields
            if question.field_name not in self.errors and not is_blank(question.value(self.candidate))
        }
        if "address" in values:
            values |= {name: self.candidate.get(name) or "" for name in DERIVED}
        return values

    def notes(self) -> dict[str, str]:
        """Return why questions were left, by field name."""
        return {
            question.field_name: note[:MAX_NOTE]
            for question in self.part.fields
            if (note := self.cleaned_data.get(question.note_name) or "")
        }

    def unusable(self) -> dict[str, list[str]]:
        """Return what was typed where it is no answer, by field name, so that it is there next time."""
        kept = {}
        for question in self.part.fields:
            name = question.field_name
            if name in self.errors:
                typed = [clean_text(str(text)[:MAX_KEPT]) for text in _typed(self.data, name)[:MAX_KEPT_VALUES]]
                if any(typed):
                    kept[name] = typed
        return kept

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield what the page shows for each question: the field, the note's field, the rule and whether it is met."""
        for question in self.part.fields:
            field = self[question.field_name]
            yield {
                "question": question,
                "field": field,
                "note": self[question.note_name] if question.note_name in self.fields else None,
                "state": self._state(question),
                "saved_as": self.account.url if self.account and question.kind is Kind.ADDRESS else "",
            }

    def _state(self, question: Question) -> str:
        if not self.is_bound or question.rule is None:
            return ""
        if question.field_name in self.errors:
            return "unmet"
        return "" if is_blank(question.value(self.candidate)) else "met"


def may_be_noted(question: Question) -> bool:
    """Return True when a reason can be given: to leave the question, or for a platform outside the list."""
    rule = question.rule
    argued = question.kind is Kind.PLATFORM and rule is not None and getattr(rule.value, "mode", "") == "warn"
    return question.wants_note or argued


def _typed(data: Mapping[str, Any], name: str) -> list[Any]:
    if isinstance(data, MultiValueDict):
        return data.getlist(name)
    value = data.get(name, [])
    return value if isinstance(value, list) else [value]


def stored_data(part: Part, application: Application) -> MultiValueDict:
    """Return what has been saved of a part as the form would send it, unusable input included."""
    raw = application.answers.get(RAW)
    unusable = raw.get(part.key, {}) if isinstance(raw, dict) else {}
    data: MultiValueDict = MultiValueDict()
    for question in part.fields:
        data.setlist(
            question.field_name,
            unusable.get(question.field_name) or _strings(question, question.value(application.answers)),
        )
        if note := question.note(application.answers):
            data[question.note_name] = note
    return data


def _strings(question: Question, value: Any) -> list[str]:
    if is_blank(value):
        return []
    if question.kind is Kind.CONFIRM:
        return ["on"]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def first_answers(part: Part, application: Application, facts: Facts) -> dict[str, Any]:
    """Return suggestions for a part that has not been saved: what the municipality already knows."""
    source = Source(application.policy_version, queries.application_scope(application))
    prefill = Prefill(source, application.answers, facts.unit, facts.municipality)
    applicant = application.applicant
    known: dict[str, Any] = {
        "unit": applicant.unit_id,
        "owner": applicant.pk,
        "administrators": [applicant.pk],
        "languages": ["sv"],
        "visibility": "public",
        "sender": prefill.text("sender"),
    }
    for question in part.fields:
        if question.group == "display" and question.kind is not Kind.CONFIRM:
            known[question.field_name] = prefill.text(question.key)
        if question.kind is Kind.HOURS and question.rule is not None:
            known[question.field_name] = question.rule.value.hours if hasattr(question.rule.value, "hours") else None
    return known
