"""Writing an application: saved as you go, nothing lost, nothing overwritten, nothing twice."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.actor import Actor
from accounts.models import Acknowledgement
from channels.actions.drafts import (
    PartConflict,
    acknowledge_reading,
    attach_file,
    remove_attachment,
    save_part,
    start_application,
)
from channels.attachments import AttachmentError
from channels.models import Application
from channels.questions import Facts, Status, part_status, parts_of, saved
from kommun.errors import NotPermitted, StateConflict
from kommun.events import events_about
from tests.application_pages import PDF, plan_of
from tests.applications import adopt_preset, make_application, make_municipality


@pytest.fixture
def draft(cast, tibro):
    return start_application(actor=Actor(cast.owner), key="a" * 32)


def part_of(application, key):
    return next(part for part in parts_of(application) if part.key == key)


def save(application, cast, part="purpose", version=0, who=None, **values):
    extra = {name: values.pop(name) for name in ("unusable", "notes", "later") if name in values}
    return save_part(
        application_id=application.pk,
        part=part,
        values=values,
        version=version,
        actor=Actor(who or cast.owner),
        **extra,
    )


def test_a_draft_belongs_to_the_policy_in_force(cast, draft, tibro):
    assert draft.policy_version == tibro
    assert draft.status == Application.Status.DRAFT
    assert events_about(draft).get().kind == "application.started"


def test_the_same_start_twice_gives_one_draft(cast, draft):
    assert start_application(actor=Actor(cast.owner), key="a" * 32) == draft
    assert start_application(actor=Actor(cast.owner), key="b" * 32) != draft
    assert start_application(actor=Actor(cast.deputy), key="a" * 32) != draft


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_give_one_draft(cast, tibro):
    found, ready = [], threading.Barrier(2)

    def click():
        ready.wait()
        try:
            found.append(start_application(actor=Actor(cast.owner), key="c" * 32).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert Application.objects.count() == 1


def test_without_a_policy_nobody_can_start(cast):
    with pytest.raises(StateConflict, match="regelverk"):
        start_application(actor=Actor(cast.owner))


def test_saving_a_part_leaves_the_others_alone(cast, draft):
    save(draft, cast, "work", working_time="2 timmar i veckan")
    after = save(draft, cast, "purpose", name="Biblioteket")
    assert after.answers["working_time"] == "2 timmar i veckan"
    assert after.answers["name"] == "Biblioteket"
    assert after.version == 3


def test_what_cannot_be_used_is_kept_and_the_part_is_not_done(cast, draft):
    after = save(draft, cast, "work", unusable={"reply_hours": ["snart"]})
    assert after.answers["_raw"]["work"] == {"reply_hours": ["snart"]}
    assert part_status(after, part_of(after, "work")) == Status.MISSING
    after = save(draft, cast, "work", version=after.version, reply_hours=24)
    assert "work" not in after.answers["_raw"]


def test_an_answer_that_is_taken_away_is_gone(cast, draft):
    first = save(draft, cast, "purpose", name="Biblioteket", audience="Alla")
    after = save(draft, cast, "purpose", version=first.version, name="Biblioteket")
    assert "audience" not in after.answers


def test_another_window_is_not_overwritten(cast, draft):
    first = save(draft, cast, "purpose", name="Från första fönstret")
    with pytest.raises(PartConflict) as refusal:
        save(draft, cast, "purpose", version=0, name="Från andra fönstret")
    assert refusal.value.application.answers["name"] == "Från första fönstret"
    assert save(draft, cast, "purpose", version=first.version, name="Sammanvägt").answers["name"] == "Sammanvägt"


def test_another_window_on_another_part_is_no_conflict(cast, draft):
    save(draft, cast, "purpose", name="Biblioteket")
    assert save(draft, cast, "work", version=0, working_time="1 timme").answers["name"] == "Biblioteket"


def test_the_same_save_twice_is_one_save(cast, draft):
    first = save(draft, cast, "purpose", name="Biblioteket")
    again = save(draft, cast, "purpose", version=0, name="Biblioteket")
    assert again.version == first.version
    assert events_about(draft).filter(kind="application.saved").count() == 1


def test_saved_for_later_is_ongoing_not_wrong(cast, draft):
    after = save(draft, cast, "purpose", name="Biblioteket", later=True)
    part = part_of(after, "purpose")
    assert part_status(after, part) == Status.ONGOING
    assert saved(after, part)["by"] == cast.owner.pk


def test_only_the_applicant_writes(cast, draft):
    for who in (cast.deputy, cast.strategist, cast.outsider, cast.administrator):
        with pytest.raises(NotPermitted):
            save(draft, cast, "purpose", who=who, name="Kapad")
    draft.refresh_from_db()
    assert "name" not in draft.answers


@pytest.mark.parametrize("status", sorted({*Application.Status.values} - {"draft", "changes_requested", "approved"}))
def test_what_is_sent_is_not_changed(cast, draft, status):
    Application.objects.filter(pk=draft.pk).update(status=status)
    with pytest.raises(StateConflict):
        save(draft, cast, "purpose", name="Efteråt")


def test_a_part_that_the_policy_does_not_have_cannot_be_saved(cast, draft):
    with pytest.raises(StateConflict):
        save(draft, cast, "hittepå", name="X")


def test_only_questions_of_the_part_are_saved(cast, draft):
    after = save(draft, cast, "purpose", name="Biblioteket", owner=cast.outsider.pk, status="approved")
    assert "owner" not in after.answers
    assert "status" not in after.answers
    assert after.status == Application.Status.DRAFT


@pytest.mark.policy("channel.roles")
def test_in_forshaga_the_first_administrator_answers_and_the_second_covers(cast):
    make_municipality()
    adopt_preset("forshaga", Actor(cast.administrator))
    draft = start_application(actor=Actor(cast.owner))
    after = save(draft, cast, "people", administrators=[cast.deputy.pk, cast.owner.pk])
    assert (after.answers["owner"], after.answers["deputy"]) == (cast.deputy.pk, cast.owner.pk)


# --- Files and reading -------------------------------------------------------------------------------------------------
@pytest.fixture
def nora(cast, policy):
    policy("nora")
    return start_application(actor=Actor(cast.owner))


def attach(application, cast, content=PDF, name="plan.pdf", document=None, who=None):
    return attach_file(
        application_id=application.pk,
        document=document or plan_of(application),
        upload=SimpleUploadedFile(name, content),
        actor=Actor(who or cast.owner),
    )


@pytest.mark.policy("prestart.documents")
def test_a_file_is_kept_under_a_name_of_ours_and_the_earlier_one_stays_in_the_table(cast, nora):
    first = attach(nora, cast, name="../../plan.pdf")
    assert first.name == "plan.pdf"
    assert "plan" not in first.file.name
    assert first.file.read() == PDF
    second = attach(nora, cast, content=PDF + b" version 2")
    first.refresh_from_db()
    assert first.replaced_at is not None
    assert second.replaced_at is None
    assert nora.attachments.count() == 2


def test_the_same_file_twice_is_one_file(cast, nora):
    assert attach(nora, cast) == attach(nora, cast)
    assert nora.attachments.count() == 1


def test_a_file_that_cannot_be_taken_changes_nothing(cast, nora):
    kept = attach(nora, cast)
    with pytest.raises(AttachmentError):
        attach(nora, cast, content=b"MZ a program")
    kept.refresh_from_db()
    assert kept.replaced_at is None


def test_a_file_that_nobody_asks_for_is_refused(cast, nora):
    with pytest.raises(StateConflict):
        attach(nora, cast, document="hittepa")
    with pytest.raises(NotPermitted):
        attach(nora, cast, who=cast.outsider)


def test_removing_twice_is_removing_once(cast, nora):
    attach(nora, cast)
    for _turn in range(2):
        remove_attachment(application_id=nora.pk, document=plan_of(nora), actor=Actor(cast.owner))
    assert not nora.attachments.filter(replaced_at__isnull=True).exists()
    assert events_about(nora).filter(kind="application.file_removed").count() == 1


@pytest.mark.policy("prestart.documents")
def test_those_who_are_to_read_sign_once_and_others_cannot(cast):
    make_municipality()
    adopt_preset("sunne", Actor(cast.administrator))
    application = make_application(cast)
    Acknowledgement.objects.all().delete()
    question = next(question for part in parts_of(application) for question in part.readings)
    with pytest.raises(NotPermitted):
        acknowledge_reading(application_id=application.pk, document=question.key, actor=Actor(cast.outsider))
    for _turn in range(2):
        acknowledge_reading(application_id=application.pk, document=question.key, actor=Actor(cast.owner))
    assert Acknowledgement.objects.filter(user=cast.owner, document=question.key).count() == 1
    assert events_about(application).filter(kind="application.read").count() == 1
    assert Facts.load(application).has_read(cast.owner, question)
    with pytest.raises(StateConflict):
        acknowledge_reading(application_id=application.pk, document="hittepa", actor=Actor(cast.owner))
