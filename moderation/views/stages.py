"""The ladder of one case as its page shows it: each step with its state, its form, and why it cannot be taken yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import queries as archived
from archive.models import DiarySheet
from channels.queries import channel_scope
from kommun.aside import Shelf
from kommun.components import Guard, SummaryRow
from moderation import categories, rules, wording
from moderation.actions.handling import signature_for
from moderation.forms import steps as forms
from moderation.lifecycle import CASE
from moderation.models import Case
from moderation.wording import Start

S = Case.Status


@dataclass
class Stage:
    """One step on the page. `key` is the last part of the address that its form is sent to."""

    key: str
    title: str
    button: str
    state: str = "open"  # done, now, open, locked
    why_not: str = ""
    text: str = ""
    form: Form | None = None
    guards: Sequence[Guard] = ()
    rows: Sequence[SummaryRow] = field(default_factory=list)
    danger: bool = False
    fold: bool = False  # what is done can be changed, but stands in nobody's way
    starts: Sequence[Start] = ()  # texts that the form can begin from


def shelf_of(case_id: int) -> str:
    """Return the purpose under which files for the case's evidence wait (`kommun.aside`)."""
    return f"evidence:{case_id}"


def form_for(key: str, case: Case, actor: Actor, *args: Any) -> forms.StepForm:
    """Return the form of a step, filled with what was sent when that is given. Raises KeyError for an unknown step."""
    match key:
        case "kategori":
            scope = channel_scope(case.channel)
            known = categories.categories(scope, case.policy_version_id, case.known_at.date())
            return forms.CategoryForm(*args, case=case, categories=known)
        case "bevis":
            shelf = Shelf(actor.user.pk, shelf_of(case.pk)) if actor.user else None
            return forms.EvidenceForm(*args, case=case, shelf=shelf)
        case "svar":
            signature = signature_for(case, actor.user) if actor.user else ""
            return forms.AnswerForm(*args, case=case, first={"signature": signature})
    plain: dict[str, type[forms.StepForm]] = {
        "dolj": forms.StepForm,
        "visa": forms.StepForm,
        "bedom": forms.AssessForm,
        "andra-bedomning": forms.StepForm,
        "polis": forms.PoliceForm,
        "ta-bort": forms.StepForm,
        "aterstall": forms.StepForm,
        "lat-sta": forms.NoteForm,
        "borta": forms.GoneForm,
        "avsluta": forms.StepForm,
        "ta": forms.StepForm,
        "ta-over": forms.StepForm,
        "slapp": forms.StepForm,
        "skicka": forms.ForwardForm,
    }
    return plain[key](*args, case=case)


def stages(case: Case, actor: Actor) -> list[Stage]:
    """Return the steps in the order that they are taken, each with its state."""
    found = _report(case) if case.kind == Case.Kind.REPORT else _other(case)
    current = False
    for stage in found:
        step = STEPS.get(stage.key, stage.key)
        if stage.state == "done":
            changeable = stage.fold and CASE.why_not(AGAIN.get(step, step), case, actor) is None
            stage.form = form_for(stage.key, case, actor) if changeable else None
            continue
        stage.why_not = CASE.why_not(step, case, actor) or ""
        if stage.why_not:
            stage.state = "locked"
            continue
        stage.state, current = ("open", current) if current or stage.key in ("diarium", "polis") else ("now", True)
        if stage.key != "diarium":
            _give_form(stage, case, actor)
    return found


def _give_form(stage: Stage, case: Case, actor: Actor) -> None:
    stage.form = form_for(stage.key, case, actor)
    stage.starts = wording.answers(case) if stage.key == "svar" else ()


def begun(case: Case, sent: Mapping[str, str], start: Start) -> forms.AnswerForm:
    """Return the answer's form with the text put in: instead of a text that was put in before, else after what was typed."""
    typed = sent.get("text", "").replace("\r\n", "\n").strip()
    own = typed and typed not in {one.text.strip() for one in wording.answers(case)}
    names = ("signature", "url", "published_at")
    return forms.AnswerForm(
        case=case,
        first={
            **{name: sent.get(name, "") for name in names},
            "text": f"{typed}\n\n{start.text}" if own else start.text,
            "interim": start.interim,
            "template": start.template.pk if start.template else None,
        },
    )


# What a step's address is called, and the step of the table.
STEPS = {
    "kategori": "categorise",
    "bevis": "preserve",
    "dolj": "hide",
    "visa": "show",
    "bedom": "assess",
    "andra-bedomning": "reassess",
    "diarium": "hand_over",
    "polis": "police",
    "ta-bort": "delete",
    "aterstall": "restore",
    "lat-sta": "leave",
    "borta": "gone",
    "svar": "answer",
    "avsluta": "close",
    "ta": "claim",
    "ta-over": "claim",
    "slapp": "claim",
    "skicka": "forward",
}


# The step of the table when there is more of it: evidence can be added until the case is over.
AGAIN = {"preserve": "add_evidence"}


def _report(case: Case) -> list[Stage]:
    keep = case.assessment == Case.Assessment.KEEP
    last = (
        Stage("aterstall", _("Visa inlägget igen"), _("Jag har visat det igen"), text=_platform(case, _("Visa")))
        if keep
        else Stage(
            "ta-bort",
            _("Ta bort inlägget"),
            _("Jag har tagit bort det"),
            text=_("Det går inte att ångra. Kopian finns kvar hos kommunen: att förstöra den är något annat."),
            guards=_guards(case),
            danger=True,
        )
    )
    found = [
        _category(case),
        Stage(
            "bevis",
            _("Spara bevis"),
            _("Spara bevis"),
            text=_("Beskriv i ord. Ingen bild får sparas.") if case.files_forbidden else "",
            fold=True,
        ),
        Stage("dolj", _("Dölj inlägget"), _("Jag har dolt inlägget"), text=_platform(case, _("Dölj"))),
        Stage("bedom", _("Bedöm"), _("Spara bedömningen"), rows=_assessment(case)),
        _registrar(case),
    ]
    if case.is_crime:
        found.append(
            Stage(
                "polis",
                _("Polisanmäl"),
                _("Spara"),
                text=_("Anmälan gör du hos polisen: 114 14. Ring 112 om det är akut."),
                rows=_police(case),
                fold=True,
            )
        )
    found += [last, Stage("avsluta", _("Avsluta ärendet"), _("Avsluta"))]
    done = {
        "kategori": bool(case.category),
        "bevis": case.preserved_at is not None,
        "dolj": case.hidden_at is not None or case.gone_at is not None,
        "bedom": case.assessed_at is not None or case.gone_at is not None,
        "diarium": case.receipt_at is not None or (case.handed_at is not None and not case.needs_receipt),
        "polis": case.police_at is not None,
        "ta-bort": case.deleted_at is not None or case.gone_at is not None,
        "aterstall": case.restored_at is not None,
        "avsluta": case.closed_at is not None,
    }
    for stage in found:
        stage.state = "done" if done[stage.key] else "open"
    return found


def _other(case: Case) -> list[Stage]:
    closed = "done" if case.closed_at else "open"
    found = [_category(case)]
    found[0].state = "done"
    if case.kind == Case.Kind.QUESTION or case.answered_at:
        found.append(Stage("svar", _("Svara"), _("Spara svaret"), state=closed))
    found.append(Stage("lat-sta", _("Inget mer behöver göras"), _("Avsluta"), state=closed))
    return found


def _category(case: Case) -> Stage:
    rows = [SummaryRow(_("Gäller"), case.get_kind_display())]
    if case.category:
        rows.append(SummaryRow(_("Kategori"), case.category_title))
    text = "" if case.category else _("Kategorin avgör tiden, beviset och om polisen ska få veta.")
    return Stage("kategori", _("Vad är det?"), _("Spara"), text=text, rows=rows, fold=True)


def _platform(case: Case, verb: str) -> str:
    values = {"verb": verb, "platform": case.channel.platform}
    return _("Öppna inlägget och välj ”%(verb)s” på %(platform)s. Kom sedan tillbaka hit och bekräfta.") % values


def _guards(case: Case) -> list[Guard]:
    asked = [
        (_("Bedömt"), case.assessment == Case.Assessment.REMOVE, True),
        (_("Lämnat till registrator"), case.handed_at is not None, case.needs_handover),
        (_("Mottaget av registrator"), case.receipt_at is not None, case.needs_receipt),
        (_("Ställning till polisanmälan"), case.police_at is not None, case.needs_police),
    ]
    return [Guard(text, met) for text, met, needed in asked if needed]


def _assessment(case: Case) -> list[SummaryRow]:
    if not case.assessed_at:
        return []
    by = case.assessed_by.role if case.assessed_by else ""
    return [
        SummaryRow(_("Bedömning"), case.get_assessment_display()),
        SummaryRow(_("Skäl"), case.assessment_note),
        SummaryRow(_("Av"), by),
    ]


def _registrar(case: Case) -> Stage:
    stage = Stage("diarium", _("Lämna till registrator"), _("Lämna till registrator"))
    if case.record is None:
        return stage
    if case.record.diary_number:
        stage.rows = [SummaryRow(_("Diarienummer"), case.record.diary_number)]
        return stage
    sheet = archived.latest_sheet(case.record)
    stage.rows = [SummaryRow(_("Läge"), _("Väntar på registrator"))] if case.handed_at else []
    if sheet and sheet.status in (DiarySheet.Status.RETURNED, DiarySheet.Status.DECLINED):
        stage.rows = [SummaryRow(_("Läge"), sheet.get_status_display()), SummaryRow(_("Skäl"), sheet.reason)]
        stage.button = _("Komplettera bladet") if sheet.is_open else stage.button
    return stage


def _police(case: Case) -> list[SummaryRow]:
    if not case.police_at:
        return []
    rows = [SummaryRow(_("Läge"), case.get_police_display())]
    if case.police_number:
        rows.append(SummaryRow(_("Polisens diarienummer"), case.police_number))
    return [*rows, SummaryRow(_("Anteckning"), case.police_note)] if case.police_note else rows


def beside(case: Case, actor: Actor) -> list[Stage]:
    """Return what else can be done now: take things back, say that it is gone, send it on."""
    found = [
        Stage("visa", _("Ångra att inlägget är dolt"), _("Det visas igen"), text=_("Tiden fortsätter där den var.")),
        Stage("andra-bedomning", _("Ändra bedömningen"), _("Ta tillbaka bedömningen")),
        Stage("borta", _("Inlägget är borta"), _("Spara")),
        Stage("skicka", _("Skicka vidare"), _("Skicka")),
    ]
    if case.kind == Case.Kind.REPORT:
        text = _("Till exempel för att det är kritik. Kritik mot kommunen är inte skäl att ta bort.")
        found.insert(0, Stage("lat-sta", _("Låt inlägget vara kvar"), _("Låt det vara kvar"), text=text))
    elif case.kind != Case.Kind.QUESTION:
        found.insert(0, Stage("svar", _("Svara"), _("Spara svaret")))
    allowed = [stage for stage in found if CASE.why_not(STEPS[stage.key], case, actor) is None]
    for stage in allowed:
        _give_form(stage, case, actor)
    return allowed


def why_not_any(case: Case, actor: Actor) -> str:
    """Return why the reader can do nothing at all with the case, or nothing."""
    return rules.why_not_work(actor, case) or ""
