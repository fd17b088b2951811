"""What each act on a case does, refuses and leaves behind."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Appointment
from accounts.organisation import Organisation
from archive.actions import accept_diary, decline_diary, return_diary
from archive.models import DiarySheet, Record, RecordFile, StoredFile
from channels.models import Obligation
from kommun import outbox
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from moderation import due, queries, readers
from moderation.actions import handling, ladder, opening, registering, tips
from moderation.actions.opening import AlreadyKnown
from moderation.models import Case, CaseEvidence, Reply, Tip
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel, png
from tests.cases import COMMENT, POST, accept, actor_of, bring_to, fresh, open_case, picture
from tests.duties import assert_chain_holds
from tests.factories import AbsenceFactory, AppointmentFactory, make_cast

pytestmark = pytest.mark.django_db
R = Appointment.Role


@pytest.fixture
def case(tibro, channel, owner):
    return open_case(channel, owner, category="hate_speech", url=COMMENT)


def kinds(case):
    return list(
        Event.objects.filter(subject_type="moderation.case", subject_id=str(case.pk))
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def errors_of(action, **values):
    with pytest.raises(InvalidInput) as refusal:
        action(**values)
    return refusal.value.errors


def test_what_is_found_on_the_channel_today_is_a_look_at_it(case, channel, owner, cast):
    tick = channel.watch_ticks.get()
    assert (tick.found, tick.url, tick.made_by) == ("case", case.get_absolute_url(), cast.owner)
    yesterday = timezone.now() - timedelta(days=1)
    open_case(channel, owner, url=f"{POST}7", seen_at=yesterday)
    assert channel.watch_ticks.count() == 1  # what was seen yesterday says nothing of today


# --- Open -------------------------------------------------------------------------------------------------------------
def test_what_was_seen_is_kept_as_it_was_seen(case, owner, channel):
    assert (case.text, case.author) == ("Nästa gång du kommer hit ska du få.", "En besökare")
    assert case.url == "https://facebook.com/ekhultsbibliotek/posts/1047?comment_id=22"
    assert (case.platform_item_id, case.known_how, case.version) == ("22", "watch", 1)
    assert case.policy_version is not None
    assert kinds(case) == ["case.opened"]
    assert "ska du få" not in Event.objects.get(kind="case.opened").payload


@pytest.mark.parametrize(
    "pasted",
    [
        "facebook.com/ekhultsbibliotek/posts/1047?comment_id=22",
        "http://m.facebook.com/ekhultsbibliotek/posts/1047/?comment_id=22&mibextid=rS40aB7S9Ucbxw6v",
        "https://www.facebook.com/ekhultsbibliotek/posts/1047?fbclid=IwAR0abc&comment_id=22",
        "<https://sv-se.facebook.com/ekhultsbibliotek/posts/1047?comment_id=22>",
    ],
)
def test_the_same_post_is_offered_and_not_opened_again(pasted, case, channel, owner):
    with pytest.raises(AlreadyKnown) as offer:
        open_case(channel, owner, url=pasted)
    assert offer.value.case == case
    other = open_case(channel, owner, url=pasted, even_if_known=True)
    assert Case.objects.count() == 2
    assert other.address_key == case.address_key


def test_another_comment_on_the_same_post_is_another_case(case, channel, owner):
    open_case(channel, owner, url=f"{POST}?comment_id=23")
    open_case(channel, owner, url=POST)
    assert Case.objects.count() == 3


def test_a_closed_case_stands_in_nobodys_way(case, channel, owner):
    ladder.leave_standing(case_id=case.pk, note="Skarp kritik, men ingen regel bryts.", actor=owner)
    assert open_case(channel, owner, url=COMMENT).pk != case.pk
    assert queries.same_post(case.address_key).count() == 2


def test_a_case_needs_something_to_go_by(tibro, channel, owner):
    assert "url" in errors_of(opening.open_case, channel_id=channel.pk, seen=opening.Seen(), actor=owner)


def test_times_to_come_are_refused(tibro, channel, owner):
    later = timezone.now() + timedelta(hours=1)
    assert errors_of(open_case, channel=channel, actor=owner, seen_at=later).keys() == {"seen_at"}
    assert "written_at" in errors_of(open_case, channel=channel, actor=owner, written_at=later)


def test_the_clock_goes_from_when_it_was_seen_not_from_when_it_was_written_down(tibro, channel, owner):
    seen = timezone.now() - timedelta(hours=3)
    case = open_case(channel, owner, seen_at=seen, category="hate_speech")
    assert (case.known_at, case.due_at) == (seen, seen + timedelta(hours=48))


def test_a_category_that_the_policy_does_not_have_is_refused(tibro, channel, owner):
    assert "category" in errors_of(open_case, channel=channel, actor=owner, category="criticism")


def test_what_the_law_lists_is_a_category_though_the_policy_is_silent(tibro, channel, owner):
    assert open_case(channel, owner, category="privacy_intrusion").category_kind == "statutory"


@pytest.mark.parametrize("name", ["registrar", "administrator", "outsider", "department_head"])
def test_whoever_does_not_watch_the_channel_sends_a_tip_instead(name, tibro, cast, channel):
    with pytest.raises(NotPermitted, match="Lämna ett tips"):
        open_case(channel, actor_of(cast[name]))


def test_the_substitute_acts_for_the_owner_who_is_away(tibro, cast, channel):
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    case = open_case(channel, actor_of(cast.outsider), category="hate_speech")
    event = Event.objects.get(kind="case.opened")
    assert (event.actor, event.on_behalf_of) == (cast.outsider, cast.owner)
    bring_to("hidden", case, actor_of(cast.outsider))
    assert CaseEvidence.objects.get().on_behalf_of == cast.owner


def test_a_screenshot_that_comes_with_the_case_is_evidence(tibro, channel, owner):
    case = fresh(open_case(channel, owner, category="hate_speech", upload=picture(), how="pasted"))
    assert (case.status, case.evidence.get().file.how) == ("preserved", "pasted")
    assert (case.record.kind, case.record.direction) == ("evidence", "incoming")
    assert case.record.file_rows.count() == 1


def test_a_screenshot_waits_for_the_category(tibro, channel, owner):
    assert "category" in errors_of(open_case, channel=channel, actor=owner, upload=picture())
    assert (Case.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_file_that_cannot_be_kept_opens_no_case(tibro, channel, owner):
    svg = SimpleUploadedFile("bild.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    assert "upload" in errors_of(open_case, channel=channel, actor=owner, category="hate_speech", upload=svg)
    assert Case.objects.count() == 0


# --- Tips -------------------------------------------------------------------------------------------------------------
def test_a_tip_is_when_the_municipality_came_to_know(tibro, channel, owner):
    tip = tips.receive_tip(channel_id=channel.pk, url=POST, text="Kolla det här", actor=Actor(None))
    Tip.objects.update(received_at=timezone.now() - timedelta(hours=5))
    case = open_case(channel, owner, url=POST, tip_id=tip.pk, category="hate_speech")
    tip.refresh_from_db()
    assert (case.known_at, case.known_how, tip.case) == (tip.received_at, "visitor", case)


def test_a_tip_about_a_known_post_joins_its_case(case, cast):
    tip = tips.receive_tip(channel_id=None, url=COMMENT, actor=Actor(cast.outsider))
    assert (tip.case, tip.sent_by) == (case, cast.outsider)
    assert tip.handled_at is not None


# --- Child abuse material ---------------------------------------------------------------------------------------------
def everything_under(folder):
    return [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("act", ["open", "keep"])
def test_no_picture_of_abuse_is_taken_in_by_any_act(act, tibro, channel, owner, media):
    content = png(33, 44)
    upload = TemporaryUploadedFile("bild.png", "image/png", len(content), None)
    upload.write(content)
    upload.seek(0)
    on_disk = Path(upload.temporary_file_path())
    if act == "open":
        errors = errors_of(open_case, channel=channel, actor=owner, category="child_abuse_material", upload=upload)
    else:
        case = open_case(channel, owner, category="child_abuse_material")
        errors = errors_of(ladder.keep_evidence, case_id=case.pk, upload=upload, words="En bild.", actor=owner)
    assert errors["upload"][0].startswith("Bilder på övergrepp mot barn får aldrig sparas")
    assert not on_disk.exists()
    assert (StoredFile.objects.count(), everything_under(media)) == (0, [])


def test_words_address_and_time_are_enough(tibro, channel, owner):
    case = open_case(channel, owner, category="child_abuse_material", url=POST)
    case = ladder.keep_evidence(case_id=case.pk, words="En bild i kommentaren. Jag har inte sparat den.", actor=owner)
    assert case.status == "preserved"
    assert ladder.hide(case_id=case.pk, actor=owner).status == "hidden"
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize("status", ["preserved", "hidden"])
def test_what_turns_out_to_be_abuse_leaves_no_byte_behind(
    status, case, owner, media, django_capture_on_commit_callbacks
):
    bring_to(status, case, owner)
    assert len(everything_under(media)) == 1
    values = {"case_id": case.pk, "kind": "report", "category": "child_abuse_material", "actor": owner}
    assert "words" in errors_of(ladder.categorise, **values)
    with django_capture_on_commit_callbacks(execute=True):
        ladder.categorise(**values, words="En bild på ett barn.")
    case = fresh(case)
    assert (case.files_forbidden, case.status) == (True, status)
    assert (StoredFile.objects.count(), RecordFile.objects.count(), everything_under(media)) == (0, 0, [])
    assert case.evidence.get().words == "En bild på ett barn."
    assert Event.objects.filter(kind="file.erased_as_unlawful").count() == 1


# --- Preserve, hide, assess -------------------------------------------------------------------------------------------
def test_words_alone_are_kept_but_hide_nothing(case, owner):
    case = ladder.keep_evidence(case_id=case.pk, words="Inlägget hann försvinna.", actor=owner)
    assert (case.status, case.evidence.count()) == ("open", 1)
    with pytest.raises(NotPermitted, match="Spara bevis först"):
        ladder.hide(case_id=case.pk, actor=owner)


def test_more_evidence_goes_to_the_same_record(case, owner):
    bring_to("hidden", case, owner)
    ladder.keep_evidence(case_id=case.pk, upload=picture("fler.png"), actor=owner)
    assert fresh(case).record.file_rows.count() == fresh(case).evidence.count() == 2
    assert Record.objects.count() == 1


def test_a_report_without_a_category_cannot_be_hidden(tibro, channel, owner):
    case = open_case(channel, owner)
    with pytest.raises(NotPermitted, match="Kritik är aldrig ett skäl"):
        ladder.hide(case_id=case.pk, actor=owner)


@pytest.mark.policy("removal.evidence")
def test_the_three_of_sunne_are_told_when_something_is_hidden(policy, cast, channel, owner):
    policy("sunne")
    case = open_case(channel, owner, category="unlawful_threat")
    bring_to("hidden", case, owner)
    wanted = {cast.registrar.email, cast.nearest_manager.email, cast.strategist.email}
    mails = OutgoingMail.objects.filter(subject="Dolt inlägg: Biblioteket")
    assert {mail.to for mail in mails} == wanted
    assert not any("ska du få" in mail.body for mail in mails)


def test_a_worker_that_dies_between_hidden_and_the_mail_loses_none(
    policy, channel, owner, mailoutbox, django_capture_on_commit_callbacks
):
    policy("sunne")
    case = open_case(channel, owner, category="unlawful_threat")
    bring_to("hidden", case, owner)  # committed, and the job that sends is never run
    assert mailoutbox == []
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert outbox.send_unsent() == 3
    assert outbox.send_unsent() == 0
    assert len(mailoutbox) == 3


@pytest.mark.policy("records.registration")
def test_secrecy_goes_to_the_diary_in_the_act_that_hides_it(policy, channel, owner):
    policy("nora")
    case = bring_to("hidden", open_case(channel, owner, category="secrecy"), owner)
    sheet = DiarySheet.objects.get()
    assert (sheet.record, sheet.status, sheet.concerns_apart) == (case.record, "proposed", True)
    assert case.handed_at is not None


def test_a_wrong_category_can_be_changed_and_hiding_taken_back(case, owner):
    bring_to("hidden", case, owner)
    assert ladder.categorise(case_id=case.pk, kind="report", category="advertising", actor=owner).is_crime is False
    assert ladder.show_again(case_id=case.pk, actor=owner).status == "preserved"
    ladder.categorise(case_id=case.pk, kind="opinion", actor=owner)
    assert (fresh(case).category, fresh(case).needs_receipt) == ("", False)


def test_what_is_hidden_is_never_called_an_opinion(case, owner):
    bring_to("hidden", case, owner)
    with pytest.raises(StateConflict, match="Visa det igen först"):
        ladder.categorise(case_id=case.pk, kind="opinion", actor=owner)


def test_an_assessment_has_a_reason_and_can_be_taken_back(case, owner):
    bring_to("hidden", case, owner)
    assert "note" in errors_of(ladder.assess, case_id=case.pk, assessment="remove", note=" ", actor=owner)
    ladder.assess(case_id=case.pk, assessment="remove", note="Hotar en person.", actor=owner)
    assert ladder.reassess(case_id=case.pk, actor=owner).status == "hidden"
    assert fresh(case).assessment == ""


# --- Registrar, police, removal ---------------------------------------------------------------------------------------
@pytest.mark.policy("removal.evidence")
def test_tibro_waits_for_the_registrars_receipt(case, cast, owner):
    bring_to("assessed", case, owner)
    with pytest.raises(NotPermitted, match="Lämna beviset till registrator"):
        ladder.delete(case_id=case.pk, actor=owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    assert fresh(case).lane == Case.Lane.OTHERS
    with pytest.raises(NotPermitted, match="inte tagit emot"):
        ladder.delete(case_id=case.pk, actor=owner)
    accept(case, cast)
    assert registering.note_receipts() == 1
    assert registering.note_receipts() == 0
    assert (fresh(case).lane, fresh(case).receipt_at is not None) == (Case.Lane.OURS, True)
    case = ladder.delete(case_id=case.pk, actor=owner)
    assert (case.status, case.outcome) == ("deleted", "removed")
    case = ladder.close(case_id=case.pk, actor=owner)
    assert (case.status, case.closed_at is not None) == ("closed", True)
    assert_chain_holds()


def test_a_receipt_is_seen_at_once_by_whoever_is_first(case, cast, owner):
    bring_to("assessed", case, owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    accept(case, cast)
    assert ladder.delete(case_id=case.pk, actor=owner).receipt_at is not None


def test_what_the_registrar_sends_back_is_handed_over_again(case, cast, owner):
    bring_to("assessed", case, owner)
    sheet = registering.hand_to_registrar(case_id=case.pk, actor=owner)
    assert fresh(case).lane == Case.Lane.OTHERS
    return_diary(sheet_id=sheet.pk, reason="Avsändaren saknas.", actor=Actor(cast.registrar))
    assert (registering.note_receipts(), registering.note_receipts()) == (1, 0)
    assert (fresh(case).lane, fresh(case).handed_at) == (Case.Lane.OURS, None)  # it waits for us
    assert kinds(case)[-1] == "case.sheet_came_back"
    with pytest.raises(NotPermitted, match="Lämna beviset till registrator"):
        ladder.delete(case_id=case.pk, actor=owner)
    again = registering.hand_to_registrar(case_id=case.pk, actor=owner)
    assert (again.pk, again.version, again.status) == (sheet.pk, 2, "proposed")
    accept_diary(sheet_id=sheet.pk, number="KS 2026/7", actor=Actor(cast.registrar))
    assert ladder.delete(case_id=case.pk, actor=owner).status == "deleted"


def test_what_the_registrar_declines_is_handed_over_again_where_the_policy_wants_a_receipt(case, cast, owner):
    bring_to("assessed", case, owner)
    sheet = registering.hand_to_registrar(case_id=case.pk, actor=owner)
    decline_diary(sheet_id=sheet.pk, reason="Redan diariefört.", keeping="minor", actor=Actor(cast.registrar))
    assert (registering.note_receipts(), registering.note_receipts()) == (1, 0)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    assert (fresh(case).lane, registering.note_receipts()) == (Case.Lane.OTHERS, 0)


def test_what_came_back_after_the_removal_changes_nothing_in_the_case(policy, channel, cast, owner):
    policy("sunne")
    case = bring_to("deleted", open_case(channel, owner, category="unlawful_threat"), owner)
    sheet = DiarySheet.objects.get()
    return_diary(sheet_id=sheet.pk, reason="Avsändaren saknas.", actor=Actor(cast.registrar))
    assert registering.note_receipts() == 0
    assert (fresh(case).status, fresh(case).handed_at is not None) == ("deleted", True)


@pytest.mark.policy("removal.police_report")
def test_sunne_takes_a_stand_on_the_police_before_removal(policy, channel, owner):
    policy("sunne")
    case = bring_to("assessed", open_case(channel, owner, category="unlawful_threat"), owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    with pytest.raises(NotPermitted, match="polisanmälan"):
        ladder.delete(case_id=case.pk, actor=owner)
    assert "note" in errors_of(registering.decide_police, case_id=case.pk, reported=False, actor=owner)
    registering.decide_police(case_id=case.pk, reported=True, number=" 5000-K1234-26 ", actor=owner)
    assert fresh(case).police_number == "5000-K1234-26"
    assert ladder.delete(case_id=case.pk, actor=owner).status == "deleted"


@pytest.mark.parametrize("preset", ["overkalix", "forshaga"])
@pytest.mark.policy("removal.ladder")
def test_where_the_policy_is_silent_nothing_but_the_assessment_is_asked_for(preset, policy, channel, owner):
    policy(preset)
    category = "hate_speech" if preset == "overkalix" else "unlawful"
    case = bring_to("assessed", open_case(channel, owner, category=category), owner)
    assert ladder.delete(case_id=case.pk, actor=owner).status == "deleted"


@pytest.mark.parametrize("by", ["by_author", "by_platform"])
@pytest.mark.parametrize("status", ["open", "preserved", "hidden", "assessed"])
def test_the_outcome_tells_who_removed_it(by, status, case, owner):
    bring_to(status, case, owner)
    case = ladder.mark_gone(case_id=case.pk, by=by, actor=owner)
    assert (case.status, case.outcome) == ("gone", by)
    assert not Obligation.objects.open().about(case).filter(kind=due.REMOVE).exists()
    assert "by" in errors_of(ladder.mark_gone, case_id=open_case(case.channel, owner).pk, by="removed", actor=owner)


def test_what_is_shown_again_for_good_is_closed(case, owner):
    bring_to("restored", case, owner)
    assert ladder.close(case_id=case.pk, actor=owner).outcome == "restored"


# --- Answers ----------------------------------------------------------------------------------------------------------
@pytest.mark.policy("reply.signature")
def test_a_reply_is_a_record_that_we_drew_up_signed_as_the_policy_wants(policy, channel, cast, owner):
    policy("forshaga")
    cast.owner.title = "Bibliotekspedagog"
    cast.owner.save()
    case = open_case(channel, owner, kind="question", text="När öppnar ni?")
    reply = handling.answer(case_id=case.pk, text="Klockan tio.", actor=owner)
    assert reply.signature == "Bibliotekarie, Bibliotekspedagog"
    assert (reply.record.kind, reply.record.direction) == ("reply", "outgoing")
    assert reply.record.text == "Klockan tio.\n\nBibliotekarie, Bibliotekspedagog"
    assert fresh(case).record.kind == "post"


def test_a_reply_cannot_stand_before_the_question(tibro, channel, owner):
    case = open_case(channel, owner, kind="question")
    early = timezone.now() - timedelta(days=1)
    assert "published_at" in errors_of(handling.answer, case_id=case.pk, text="Ja.", published_at=early, actor=owner)
    assert Reply.objects.count() == 0


def test_what_breaks_a_rule_is_not_argued_with(case, owner):
    with pytest.raises(NotPermitted, match="besvaras inte"):
        handling.answer(case_id=case.pk, text="Nej.", actor=owner)


# --- Who has it -------------------------------------------------------------------------------------------------------
def test_whoever_comes_second_is_told_who_has_it(case, cast, owner):
    handling.claim(case_id=case.pk, version=1, actor=owner)
    deputy = actor_of(cast.deputy)
    with pytest.raises(StateConflict, match="Bibliotekarie har redan tagit ärendet"):
        handling.claim(case_id=case.pk, version=1, actor=deputy)
    with pytest.raises(StateConflict, match="Bibliotekarie har tagit ärendet"):
        ladder.keep_evidence(case_id=case.pk, upload=picture(), actor=deputy)
    assert handling.claim(case_id=case.pk, take_over=True, actor=deputy).claimed_by == cast.deputy
    with pytest.raises(StateConflict, match="Biblioteksassistent har tagit ärendet"):
        handling.release(case_id=case.pk, actor=owner)
    assert handling.release(case_id=case.pk, actor=deputy).claimed_by is None


def test_somebody_who_read_an_older_version_is_asked_to_read_again(case, cast, owner):
    bring_to("preserved", case, owner)
    with pytest.raises(StateConflict, match="ändrats sedan du öppnade sidan"):
        ladder.hide(case_id=case.pk, version=1, actor=owner)


@pytest.mark.policy("reply.forwarding")
def test_forwarded_the_clock_goes_on_and_the_owner_follows_up(policy, cast, channel, owner):
    policy("sunne")
    channel.reply_hours = 24
    channel.save()
    case = open_case(channel, owner, kind="question")
    before = case.due_at
    case = handling.forward(case_id=case.pk, unit_id=cast.central.pk, actor=owner)
    answer = Obligation.objects.open().about(case).get(kind="answer")
    assert (answer.holder, answer.due_at) == (cast.it_communications_manager, before)
    assert Obligation.objects.open().about(case).get(kind="follow_up").holder == cast.owner
    assert OutgoingMail.objects.get(to=cast.it_communications_manager.email).subject.startswith("Ett ärende skickat")
    handling.answer(case_id=case.pk, text="I morgon.", actor=actor_of(cast.it_communications_manager))
    assert not Obligation.objects.open().about(case).exists()


def test_sent_back_it_is_the_owners_again(tibro, cast, channel, owner):
    case = open_case(channel, owner, kind="question")
    handling.forward(case_id=case.pk, unit_id=cast.central.pk, actor=owner)
    case = handling.forward(case_id=case.pk, unit_id=None, actor=actor_of(cast.it_communications_manager))
    assert Obligation.objects.open().about(case).get(kind="answer").holder == cast.owner
    assert case.assigned_to is None


def test_a_unit_without_anybody_to_ask_is_refused(tibro, cast, channel, owner):
    case = open_case(channel, owner, kind="question")
    assert "unit" in errors_of(handling.forward, case_id=case.pk, unit_id=cast.committee.pk, actor=owner)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["claim", "hide"])
def test_two_at_once_are_one_and_a_conflict(act, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cast = make_cast()
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    channel = make_channel(cast)
    case = bring_to("preserved", open_case(channel, actor_of(cast.owner), category="hate_speech"), actor_of(cast.owner))
    gate, answers = threading.Barrier(2), []

    def do(person):
        actor = actor_of(person)
        run = handling.claim if act == "claim" else ladder.hide
        try:
            gate.wait()
            run(case_id=case.pk, version=case.version, actor=actor)
            answers.append("done")
        except StateConflict as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(person,)) for person in (cast.owner, cast.deputy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=len)[0] == "done"
    assert ("har redan tagit ärendet" if act == "claim" else "ändrats sedan") in sorted(answers, key=len)[1]
    assert Event.objects.filter(kind="case.claimed" if act == "claim" else "case.hidden").count() == 1
    assert Obligation.objects.filter(kind="remove", outcome="met").count() == (act == "hide")


@pytest.mark.django_db(transaction=True)
def test_two_who_open_the_same_post_at_once_meet_in_one_case(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cast = make_cast()
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    channel = make_channel(cast)
    gate, answers = threading.Barrier(2), []

    def do(person):
        try:
            gate.wait()
            open_case(channel, actor_of(person), url=POST)
            answers.append("done")
        except AlreadyKnown:
            answers.append("offered")
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(person,)) for person in (cast.owner, cast.deputy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "offered"]
    case = Case.objects.get()
    assert Obligation.objects.about(case).count() == 1


# --- Who reads, and the queue -----------------------------------------------------------------------------------------
def test_who_reads_is_the_same_in_the_rule_and_in_the_query(case, cast):

    coordinator = AppointmentFactory(user__name="Säkerhetssamordnare", role=R.SECURITY_COORDINATOR).user
    today = Organisation.load(timezone.localdate())
    wanted = {"owner", "deputy", "nearest_manager", "strategist", "registrar"}
    for name, user in [*cast.people(), ("coordinator", coordinator)]:
        by_rule = readers.may_read(user, today, fresh(case))
        assert by_rule == queries.cases_visible_to(user, today).filter(pk=case.pk).exists(), name
        assert by_rule == (name in wanted | {"coordinator"}), name


def test_the_queue_has_late_first_and_what_waits_last(tibro, cast, channel, owner):

    now = timezone.now()
    waits = bring_to("assessed", open_case(channel, owner, category="hate_speech"), owner)
    registering.hand_to_registrar(case_id=waits.pk, actor=owner)
    stopped = bring_to("hidden", open_case(channel, owner, category="hate_speech"), owner)
    opinion = open_case(channel, owner, kind="opinion")
    soon = open_case(channel, owner, category="hate_speech", seen_at=now - timedelta(hours=40))
    late = open_case(channel, owner, category="hate_speech", seen_at=now - timedelta(hours=50))
    later = open_case(channel, owner, category="hate_speech")
    done = bring_to("closed", open_case(channel, owner, category="hate_speech"), owner)
    order = [late, soon, later, opinion, stopped, waits]
    reach = queries.reach_of(cast.owner, Organisation.load(timezone.localdate()))
    found = queries.queue(reach, queries.Cursor(now))
    assert [case.pk for _segment, case in found.rows] == [case.pk for case in order]
    assert done.pk not in [case.pk for _segment, case in found.rows]
    walked, cursor = [], queries.Cursor(now)
    while cursor:
        page = queries.queue(reach, queries.Cursor.read(str(cursor), now), size=2)
        walked += [case.pk for _segment, case in page.rows]
        cursor = page.following
    assert walked == [case.pk for case in order]
    everything = queries.queue(queries.Reach(everything=True), queries.Cursor(now))
    assert [case.pk for _segment, case in everything.rows] == walked
    assert (
        queries.queue(
            queries.reach_of(cast.outsider, Organisation.load(timezone.localdate())), queries.Cursor(now)
        ).rows
        == []
    )
    assert (queries.count_open(reach, now), queries.count_open(reach, now, late=True)) == (6, 1)


def test_a_case_sent_to_somebody_stands_in_that_persons_queue_once(tibro, cast, channel, owner):

    case = open_case(channel, owner, kind="question")
    handling.forward(case_id=case.pk, unit_id=cast.unit.pk, actor=owner)
    today = Organisation.load(timezone.localdate())
    for person in (cast.nearest_manager, cast.owner):
        rows = queries.queue(queries.reach_of(person, today), queries.Cursor(timezone.now())).rows
        assert [row.pk for _segment, row in rows] == [case.pk]


def test_the_queue_costs_the_same_however_long_it_is(tibro, cast, channel, owner, django_assert_num_queries):

    for _n in range(12):
        open_case(channel, owner, kind="question")
    reach = queries.reach_of(cast.owner, Organisation.load(timezone.localdate()))
    for size in (2, 10):
        with django_assert_num_queries(5):
            assert len(queries.queue(reach, queries.Cursor(timezone.now()), size=size).rows) == size


def test_nothing_of_what_was_written_is_in_the_log_or_the_obligation(case, cast, owner):
    bring_to("closed", case, owner)
    for text in [event.payload for event in Event.objects.all()] + [row.label for row in Obligation.objects.all()]:
        assert "ska du få" not in text
    assert not hasattr(Case.history.model(), "text")
