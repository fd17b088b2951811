"""Cases, records and what is due about them in the browser admin: for those who may read them, never what somebody wrote."""

import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment, User
from archive.models import DiarySheet, Record, RecordFile, StoredFile
from channels.models import ImportRow, ImportRun, Obligation, ObligationNotice
from kommun.admin_kit import StaffAdmin
from kommun.models import Event, EventSeal
from moderation.actions.conflicts import declare_conflict
from moderation.actions.registering import hand_to_registrar
from moderation.models import (
    Block,
    Case,
    CaseEvidence,
    CaseFigures,
    ConflictOfInterest,
    CrisisPeriod,
    Explanation,
    HoldAnswer,
    PoliceFollowUp,
    Reconsideration,
    Reply,
    ReplyHold,
    ReplyTemplate,
    Tip,
)
from tests.admin.scene import make_everything
from tests.admin.test_acts import act, said
from tests.cases import actor_of
from tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db
R = Appointment.Role
# How the case is found from each kind of row that belongs to one.
OF_CASE = {
    Case: "pk",
    CaseEvidence: "case",
    ConflictOfInterest: "case",
    PoliceFollowUp: "case",
    Reply: "case",
    Explanation: "case",
    Reconsideration: "case",
    Block: "case",
    ReplyHold: "case",
    HoldAnswer: "hold__case",
    Tip: "case",
}
ARCHIVED = {Record: "pk", DiarySheet: "record", RecordFile: "record"}
OF_NOBODY = {CrisisPeriod, CaseFigures, ReplyTemplate}  # no case stands in them


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def web_editor(db):
    return AppointmentFactory(role=R.WEB_EDITOR).user


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def listed(client, model, **data):
    """Return the ids of the rows on the first page of the list."""
    answer = client.get(address(model, "changelist"), data)
    assert answer.status_code == 200, (model, data)
    return {row.pk for row in answer.context["cl"].result_list}


def all_of(case):
    """Return {model: ids} of all that belongs to the case, in the archive too."""
    rows = {
        model: set(model.objects.filter(**{way: case.pk}).values_list("pk", flat=True))
        for model, way in OF_CASE.items()
    }
    about = {"subject_type": "moderation.case", "subject_id": str(case.pk)}
    records = Record.objects.filter(**about)
    rows |= {
        model: set(model.objects.filter(**{f"{way}__in": records}).values_list("pk", flat=True))
        for model, way in ARCHIVED.items()
    }
    rows[StoredFile] = set(StoredFile.objects.filter(records__in=records).values_list("pk", flat=True))
    labels = {model._meta.label_lower: {str(pk) for pk in ids} for model, ids in rows.items()}
    for model in (Obligation, Event):
        pairs = model.objects.values_list("pk", "subject_type", "subject_id")
        rows[model] = {pk for pk, kind, key in pairs if key in labels.get(kind, ())}
    of_obligations = {str(pk) for pk in rows[Obligation]}
    rows[Event] |= set(
        Event.objects.filter(subject_type="channels.obligation", subject_id__in=of_obligations).values_list(
            "pk", flat=True
        )
    )
    rows[EventSeal] = set(EventSeal.objects.filter(event__in=rows[Event]).values_list("pk", flat=True))
    rows[ObligationNotice] = set(
        ObligationNotice.objects.filter(obligation__in=rows[Obligation]).values_list("pk", flat=True)
    )
    return rows


def every_page_lacks(client, rows):
    """Hold that none of the rows is in a list, is found, opens, or has a history that opens."""
    for model, ids in rows.items():
        assert not listed(client, model) & ids, model
        for pk in ids:
            assert not listed(client, model, q=str(pk)) & {pk}, (model, "search")
            assert client.get(address(model, "change", pk)).status_code == 302, model
            assert client.get(address(model, "history", pk)).status_code == 404, model
            if hasattr(model, "history"):
                old = model.history.filter(id=pk).first()
                assert client.get(address(model, "simple_history", pk, old.pk)).status_code == 404, model


def test_every_list_of_cases_and_records_is_guarded():
    guarded = {model for model, one in site._registry.items() if isinstance(one, StaffAdmin) and one.guarded}
    assert guarded == {*OF_CASE, *ARCHIVED, StoredFile, Obligation}
    moderated = {model for model in site._registry if model._meta.app_label == "moderation"}
    assert moderated == {*OF_CASE, *OF_NOBODY}


def test_an_administrator_and_a_superuser_find_no_case_and_no_record_by_that_role(client, cast):
    make_everything(cast)
    root = User.objects.create_superuser("root", "root@kommunen.example", "x")
    rows = all_of(Case.objects.order_by("pk").first())
    assert min(len(rows[model]) for model in (Case, CaseEvidence, Explanation, Record, StoredFile, Event)) > 0
    for person in (cast.administrator, root):
        client.force_login(person)
        for model in (*OF_CASE, *ARCHIVED, StoredFile):
            assert listed(client, model) == set(), model
        every_page_lacks(client, rows)
        assert listed(client, Event, q="case.") == set()
        assert listed(client, Event)  # what else has been done is there


def test_communications_staff_find_every_case(client, cast, web_editor):
    make_everything(cast)
    for person in (cast.strategist, web_editor):
        client.force_login(person)
        for model in OF_CASE:
            if (model, person) == (PoliceFollowUp, web_editor):
                continue
            assert listed(client, model) == set(model.objects.values_list("pk", flat=True)), model
            row = model.objects.order_by("pk").first()
            assert client.get(address(model, "change", row.pk)).status_code == 200
            assert client.get(address(model, "history", row.pk)).status_code == 200
    client.force_login(cast.strategist)
    case = Case.objects.order_by("pk").first()
    assert listed(client, Case, q=str(case.pk)) == {case.pk}
    page = client.get(address(Case, "change", case.pk)).content.decode()
    assert f'href="{case.get_absolute_url()}"' in page  # where it is handled


@pytest.mark.policy("O8")
def test_whoever_has_a_stake_in_a_case_finds_nothing_of_it(client, cast):
    make_everything(cast)
    case = PoliceFollowUp.objects.get().case  # handed to the police, with evidence
    hand_to_registrar(case_id=case.pk, actor=actor_of(cast.owner))
    client.force_login(cast.strategist)
    before = all_of(case)
    for model in (Case, CaseEvidence, PoliceFollowUp, Record, DiarySheet, StoredFile, Obligation, Event):
        assert before[model], model
        assert listed(client, model) & before[model], model
    declare_conflict(case_id=case.pk, person_id=cast.strategist.pk, ground="friend", actor=actor_of(cast.strategist))
    every_page_lacks(client, all_of(case))
    assert listed(client, Case)  # the others are there

    # Nor can the case be looked up through a field that points at one.
    looked_up = {"app_label": "moderation", "model_name": "reply", "field_name": "case", "term": ""}
    found = client.get(reverse("admin:autocomplete"), looked_up).json()["results"]
    assert str(case.pk) not in {one["id"] for one in found}
    assert found


@pytest.mark.policy("O8")
def test_nobody_finds_the_conflict_that_is_about_themselves(client, cast, web_editor):
    make_everything(cast)
    row = ConflictOfInterest.objects.get()
    client.force_login(cast.strategist)
    assert listed(client, ConflictOfInterest) == {row.pk}
    ConflictOfInterest.objects.filter(pk=row.pk).update(person=cast.strategist)
    assert listed(client, ConflictOfInterest) == set()
    assert client.get(address(ConflictOfInterest, "change", row.pk)).status_code == 302
    tried = Obligation.objects.open().get(kind="try_conflict")
    assert client.get(address(Obligation, "change", tried.pk)).status_code == 302


def test_a_police_report_is_found_by_those_whom_every_policy_names(client, cast, web_editor):
    make_everything(cast)
    row = PoliceFollowUp.objects.get()
    for person, finds in ((cast.strategist, True), (web_editor, False), (cast.administrator, False)):
        client.force_login(person)
        assert bool(listed(client, PoliceFollowUp)) == finds
        assert (client.get(address(PoliceFollowUp, "change", row.pk)).status_code == 200) == finds
        assert (client.get(address(PoliceFollowUp, "history", row.pk)).status_code == 200) == finds
    Case.objects.filter(pk=row.case_id).update(is_crime=False)
    client.force_login(cast.strategist)
    assert listed(client, PoliceFollowUp) == set()


# What somebody wrote, said or may be reached by. Each is planted in the row, and must stand on no page of the admin.
WRITTEN = {
    Case: ["text", "author", "url", "assessment_note", "police_note", "police_number"],
    ConflictOfInterest: ["note", "reason"],
    Reconsideration: ["text", "contact", "reason"],
    ReplyHold: ["reason"],
    HoldAnswer: ["advice"],
    PoliceFollowUp: ["contact", "outcome"],
    Tip: ["text", "contact", "url"],
    Block: ["reason", "lifted_note"],
}


def test_nothing_that_somebody_wrote_stands_on_any_page(client, cast):
    make_everything(cast)
    planted = []
    for model, names in WRITTEN.items():
        row = model.objects.order_by("pk").last()
        for name in names:
            secret = f"hemligt-{model._meta.model_name}-{name}"
            setattr(row, name, secret)
            planted.append(secret)
        if model is HoldAnswer:
            row.answered_at = timezone.now()
        row.save()  # so that the old rows have it too
    planted += [
        *Explanation.objects.values_list("reference", flat=True),
        *Explanation.objects.values_list("text", flat=True),
    ]
    planted += [words for words in CaseEvidence.objects.values_list("words", flat=True) if words]
    planted += [*Reply.objects.values_list("text", flat=True), *Record.objects.values_list("text", flat=True)]
    planted = [one for one in planted if one]
    assert len(planted) > 20
    client.force_login(cast.strategist)
    for model in (*OF_CASE, *ARCHIVED, StoredFile, Obligation, ObligationNotice, Event, CrisisPeriod, CaseFigures):
        pages = [address(model, "changelist")]
        for row in model.objects.order_by("-pk")[:3]:
            pages += [address(model, "change", row.pk), address(model, "history", row.pk)]
            if hasattr(model, "history"):
                pages += [address(model, "simple_history", row.pk, old.pk) for old in row.history.all()[:2]]
        for path in pages:
            page = client.get(path).content.decode()
            assert [one for one in planted if one in page] == [], path
    for model, names in WRITTEN.items():
        for name in names:
            found = listed(client, model, q=f"hemligt-{model._meta.model_name}-{name}")
            assert found == set(), (model, name)
            answer = client.get(address(model, "changelist"), {f"{name}__contains": "hemligt"})
            assert answer.status_code in (302, 400), (model, name)


def test_what_came_in_by_file_is_not_shown_in_the_admin(client, cast):
    kinds = {"cases": False, "channels": True}
    client.force_login(cast.strategist)
    for kind, shown in kinds.items():
        run = ImportRun.objects.create(
            kind=kind, state="done", name="x.csv", size=1, sha256="0" * 64, created_by=cast.strategist
        )
        row = ImportRow.objects.create(
            run=run,
            number=1,
            cells=["Vad någon skrev"],
            verdict="create",
            title="Biblioteket: 7",
            values={"text": "hemligt"},
        )
        page = client.get(address(ImportRow, "change", row.pk)).content.decode()
        assert ("Vad någon skrev" in page, "hemligt" in page) == (shown, shown)


def test_a_kept_file_is_not_shown_in_the_admin(client, cast):
    make_everything(cast)
    client.force_login(cast.strategist)
    evidence = CaseEvidence.objects.filter(file__isnull=False).first()
    page = client.get(address(CaseEvidence, "change", evidence.pk)).content.decode()
    assert evidence.file.get_absolute_url() in page  # where it is masked, and asking is written down
    assert "<img" not in page
    assert evidence.file.file.url not in page


def test_nothing_about_cases_is_changed_here(client, cast):
    make_everything(cast)
    client.force_login(cast.strategist)
    for model in (*OF_CASE, CrisisPeriod, CaseFigures, *ARCHIVED, StoredFile):
        row = model.objects.order_by("pk").first()
        count = Event.objects.count()
        assert client.post(address(model, "change", row.pk), {"status": "closed"}).status_code == 403, model
        assert client.get(address(model, "add")).status_code == 403, model
        assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
        assert Event.objects.count() == count


# --- Templates ---------------------------------------------------------------------------------------------------------------
def test_a_text_is_written_in_versions_through_the_action(client, cast, web_editor):
    client.force_login(web_editor)
    form = {"purpose": "explanation", "category": "", "title": "Förklaring", "text": "Hej i {channel}!"}
    assert client.post(address(ReplyTemplate, "add"), form).status_code == 302
    first = ReplyTemplate.objects.get()
    assert (first.number, first.made_by, first.text) == (1, web_editor, "Hej i {channel}!")
    event = Event.objects.get(kind="template.written")
    assert (event.door, event.actor) == ("admin", web_editor)

    wrong = {"title": "Förklaring", "text": "Hej {namn}!"}
    page = client.post(address(ReplyTemplate, "change", first.pk), wrong).content.decode()
    assert "Luckan namn finns inte" in page
    assert "Hej {namn}!" in page  # what was typed stands there
    assert ReplyTemplate.objects.count() == 1

    answer = client.post(address(ReplyTemplate, "change", first.pk), {"title": "Förklaring", "text": "Hej!"})
    assert answer.status_code == 302
    first.refresh_from_db()
    second = ReplyTemplate.objects.get(number=2)
    assert (first.text, first.replaced_at is None) == ("Hej i {channel}!", False)
    assert (second.purpose, second.category, second.text, second.replaced_at) == ("explanation", "", "Hej!", None)
    again = {"title": "Annat", "text": "Annat"}
    assert client.post(address(ReplyTemplate, "change", first.pk), again).status_code == 403  # what was, was
    assert listed(client, ReplyTemplate, q="Hej!") == {second.pk}
    assert listed(client, ReplyTemplate, lage="now") == {second.pk}
    assert "template.written" in client.get(address(ReplyTemplate, "history", second.pk)).content.decode()

    asked = act(client, "moderation_replytemplate", "retire", second, sure=False).content.decode()
    assert "Ta mallar ur bruk?" in asked
    page = act(client, "moderation_replytemplate", "retire", second, first)
    assert said(page) == ["1 mall tagen ur bruk.", f"{first}: Mallen är redan ur bruk."]
    second.refresh_from_db()
    assert second.replaced_at is not None


def test_only_communications_staff_write_texts(client, cast):
    client.force_login(cast.strategist)
    form = {"purpose": "reply", "category": "", "title": "Svar", "text": "Hej!"}
    assert client.post(address(ReplyTemplate, "add"), form).status_code == 302
    row = ReplyTemplate.objects.get()
    client.force_login(cast.administrator)
    assert client.get(address(ReplyTemplate, "change", row.pk)).status_code == 200
    assert client.post(address(ReplyTemplate, "change", row.pk), {"title": "X", "text": "X"}).status_code == 403
    assert client.post(address(ReplyTemplate, "add"), form).status_code == 403
    act(client, "moderation_replytemplate", "retire", row)
    row.refresh_from_db()
    assert (ReplyTemplate.objects.count(), row.replaced_at) == (1, None)
    client.force_login(cast.owner)
    assert client.get(address(ReplyTemplate, "changelist")).status_code == 302


def test_tips_are_filtered_and_found_by_their_number(client, cast):
    make_everything(cast)
    client.force_login(cast.strategist)
    waiting = Tip.objects.get()
    assert listed(client, Tip, lage="waiting", fran="visitor") == {waiting.pk}
    assert listed(client, Tip, lage="case") == set()
    assert listed(client, Tip, fran="colleague") == set()
    assert listed(client, Tip, q=waiting.reference) == {waiting.pk}
    page = client.get(address(Tip, "change", waiting.pk)).content.decode()
    assert waiting.get_absolute_url() in page
