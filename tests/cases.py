"""Cases for tests, brought to where a test begins by the same acts as people use."""

from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive.actions import accept_diary
from archive.models import DiarySheet
from channels.models import Channel
from moderation.actions import handling, ladder, opening, registering
from moderation.actions.opening import Seen
from moderation.models import Case
from tests.archive_scene import upload
from tests.factories import Cast

POST = "https://www.facebook.com/ekhultsbibliotek/posts/1047"
COMMENT = f"{POST}?comment_id=22"
# A category that each of the five policies has, which is a crime to all that name crimes, and none that files are forbidden for.
THREAT = {
    "sunne": "unlawful_threat",
    "tibro": "hate_speech",
    "nora": "hate_speech",
    "overkalix": "hate_speech",
    "forshaga": "unlawful",
}


def actor_of(user: User) -> Actor:
    """The person as an actor, with the roles of today and whom the person covers for."""
    today = Organisation.load(timezone.localdate())
    roles = (role for role in Appointment.Role.values if today.holds(user, role, None))
    return Actor(user, roles=frozenset(roles), covers=tuple(today.covered_by(user)))


def open_case(channel: Channel, actor: Actor, **values: Any) -> Case:
    """A comment that somebody saw just now. `seen` fields may be given by their own names."""
    seen = Seen(url=values.pop("url", ""), text="Nästa gång du kommer hit ska du få.", author="En besökare")
    for name in ("text", "author", "written_at", "seen_at", "direction"):
        if name in values:
            seen = replace(seen, **{name: values.pop(name)})
    return opening.open_case(channel_id=channel.pk, seen=seen, actor=actor, **values)


def picture(name: str = "skärmbild.png") -> SimpleUploadedFile:
    return upload(name=name)


def accept(case: Case, cast: Cast, number: str = "KS 2026/391") -> None:
    """Let the registrar take the case's evidence into the diary."""
    case.refresh_from_db()
    sheet = DiarySheet.objects.get(record=case.record_id)
    accept_diary(sheet_id=sheet.pk, number=number, actor=Actor(cast.registrar))


def bring_to(status: str, case: Case, actor: Actor, assessment: str = "remove") -> Case:
    """Take a categorised report up the ladder to a state, with what its policy asks for on the way, but no answers to it."""
    if status == "open":
        return case
    if status == "gone":
        return ladder.mark_gone(case_id=case.pk, by="by_author", actor=actor)
    if case.files_forbidden:
        ladder.keep_evidence(case_id=case.pk, words="Beskrivning.", actor=actor)
    else:
        ladder.keep_evidence(case_id=case.pk, upload=picture(), actor=actor)
    if status == "preserved":
        return fresh(case)
    ladder.hide(case_id=case.pk, actor=actor)
    if status == "hidden":
        return fresh(case)
    kept = "keep" if status == "restored" else assessment
    ladder.assess(case_id=case.pk, assessment=kept, note="Bryter mot regeln.", actor=actor)
    if status == "assessed":
        return fresh(case)
    if status == "restored":
        return ladder.restore(case_id=case.pk, actor=actor)
    fulfil(case, actor)
    ladder.delete(case_id=case.pk, actor=actor)
    if status == "closed":
        ladder.close(case_id=case.pk, actor=actor)
    return fresh(case)


def fulfil(case: Case, actor: Actor) -> None:
    """Do what the policy asks for before removal: the registrar's receipt and a stand on the police, where needed."""
    case = fresh(case)
    if case.needs_handover:
        registering.hand_to_registrar(case_id=case.pk, actor=actor)
    if case.needs_receipt:
        sheet = DiarySheet.objects.get(record=fresh(case).record_id)
        registrar = User.objects.get(username="registrator")
        accept_diary(sheet_id=sheet.pk, number="KS 2026/391", actor=Actor(registrar))
    if case.needs_police:
        registering.decide_police(case_id=case.pk, reported=True, actor=actor)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


__all__ = [
    "COMMENT",
    "POST",
    "THREAT",
    "accept",
    "actor_of",
    "bring_to",
    "fresh",
    "fulfil",
    "handling",
    "open_case",
    "picture",
]
