"""What staff do in the browser admin: each act through its action, with the reason when it is refused."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.appointing import end_appointment, give_appointment
from accounts.models import Absence, Appointment
from channels.actions.platforms import archive_platform, reuse_platform, sync_platforms
from channels.models import ImportRun, Platform
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.mail_actions import send_again
from kommun.models import Event, OutgoingMail, PolicyVersion
from kommun.policy import loader
from kommun.policy.actions import import_draft
from tests.applications import adopt_preset
from tests.factories import AbsenceFactory, AppointmentFactory

R = Appointment.Role


@pytest.fixture
def staff(client, cast):
    client.force_login(cast.strategist)
    return client


def act(client, model, action, *rows, sure=True):
    """Choose the rows in the list and let the action loose. Return the page that follows."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], **({"sure": "1"} if sure else {})}
    return client.post(reverse(f"admin:{model}_changelist"), data, follow=True)


def said(page):
    return [str(message) for message in page.context["messages"]]


def actor(cast, who, *roles):
    return Actor(cast[who], roles=frozenset(roles))


# --- Platforms --------------------------------------------------------------------------------------------------------
def test_platform_is_taken_out_of_use_and_into_use_again(staff, cast):
    sync_platforms(actor=Actor(cast.administrator))
    platform = Platform.objects.get(key="facebook")
    asked = act(staff, "channels_platform", "archive", platform, sure=False)
    assert "Ta plattformar ur bruk?" in asked.content.decode()
    platform.refresh_from_db()
    assert not platform.archived

    assert said(act(staff, "channels_platform", "archive", platform)) == ["1 plattform tagen ur bruk."]
    platform.refresh_from_db()
    assert platform.archived
    assert platform.history.first().history_user == cast.strategist
    assert said(act(staff, "channels_platform", "archive", platform)) == [
        "Facebook: Plattformen är redan tagen ur bruk."
    ]
    assert said(act(staff, "channels_platform", "reuse", platform)) == ["1 plattform i bruk igen."]
    kinds = Event.objects.filter(subject_type="channels.platform", door="admin").values_list("kind", "actor")
    assert list(kinds) == [("platform.archived", cast.strategist.pk), ("platform.reused", cast.strategist.pk)]


def test_others_do_not_steer_platforms(cast):
    sync_platforms(actor=Actor(cast.administrator))
    platform = Platform.objects.first()
    for change in (archive_platform, reuse_platform):
        with pytest.raises(NotPermitted, match="Plattformarna sköts av"):
            change(platform_id=platform.pk, actor=actor(cast, "owner"))


def test_platform_is_renamed_and_its_state_is_not_a_field(staff, cast):
    sync_platforms(actor=Actor(cast.administrator))
    platform = Platform.objects.get(key="x")
    form = {"name": "X, förut Twitter", "sort": platform.sort, "archived": "on", "key": "annan", "kind": "annat"}
    assert staff.post(reverse("admin:channels_platform_change", args=[platform.pk]), form).status_code == 302
    changed = Platform.objects.get(pk=platform.pk)
    assert (changed.name, changed.key, changed.kind, changed.archived) == (
        "X, förut Twitter", platform.key, platform.kind, platform.archived,
    )  # fmt: skip
    assert '"fields":["name"]' in Event.objects.get(kind="platform.changed").payload
    count = Event.objects.count()
    form["name"] = changed.name
    staff.post(reverse("admin:channels_platform_change", args=[platform.pk]), form)
    assert (Event.objects.count(), changed.history.count()) == (count, 2)  # nothing was changed


# --- Mail -------------------------------------------------------------------------------------------------------------
def test_mail_that_failed_is_sent_again_and_one_that_arrived_is_not(
    staff, cast, smtp, django_capture_on_commit_callbacks
):
    failed = OutgoingMail.objects.create(to="a@b.example", subject="Ett", body="Hej", attempts=140, last_error="Nej")
    sent = OutgoingMail.objects.create(to="a@b.example", subject="Två", body="Hej", attempts=1, sent_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        page = act(staff, "kommun_outgoingmail", "send_again", failed, sent)
    assert said(page) == [
        "1 brev skickas nu. Läs in sidan på nytt om en stund.",
        "a@b.example: Två: Brevet är redan skickat.",
    ]
    failed.refresh_from_db()
    assert (failed.attempts, failed.last_error) == (1, "")  # at once, and not when the next minute begins
    assert failed.sent_at is not None
    assert Event.objects.get(kind="mail.sent_again").actor == cast.strategist
    with pytest.raises(NotPermitted, match="Brev skickas om"):
        send_again(mail_id=failed.pk, actor=actor(cast, "owner"))


# --- Roles ------------------------------------------------------------------------------------------------------------
def test_administrator_gives_and_ends_a_role(client, cast):
    client.force_login(cast.administrator)
    today = timezone.localdate()
    form = {
        "user": cast.owner.pk,
        "role": R.WEB_EDITOR,
        "unit": "",
        "starts_on": today - timedelta(days=2),
        "ends_on": "",
    }
    assert client.post(reverse("admin:accounts_appointment_add"), form).status_code == 302
    row = Appointment.objects.get(user=cast.owner)
    assert Event.objects.get(kind="appointment.added").subject_id == str(row.pk)
    again = client.post(reverse("admin:accounts_appointment_add"), form)
    assert "har redan det uppdraget" in again.content.decode()
    form = {**form, "role": R.ARCHIVIST, "ends_on": today - timedelta(days=9)}
    assert (
        "samma dag som den första eller senare"
        in client.post(reverse("admin:accounts_appointment_add"), form).content.decode()
    )

    assert client.post(reverse("admin:accounts_appointment_change", args=[row.pk]), form).status_code == 403
    assert "Avsluta uppdrag?" in act(client, "accounts_appointment", "end", row, sure=False).content.decode()
    assert said(act(client, "accounts_appointment", "end", row)) == ["1 uppdrag avslutat."]
    row.refresh_from_db()
    assert row.ends_on == today - timedelta(days=1)
    assert said(act(client, "accounts_appointment", "end", row)) == [f"{row}: Uppdraget är redan avslutat."]


def test_the_last_administrator_stays(cast):
    me = actor(cast, "administrator", R.ADMINISTRATOR)
    row = Appointment.objects.get(role=R.ADMINISTRATOR)
    with pytest.raises(StateConflict, match="minst en systemadministratör"):
        end_appointment(appointment_id=row.pk, actor=me)
    today = timezone.localdate()
    AppointmentFactory(user=cast.owner, role=R.ADMINISTRATOR, ends_on=today + timedelta(days=30))
    with pytest.raises(StateConflict):  # one who soon stops is nobody to lean on
        end_appointment(appointment_id=row.pk, actor=me)
    AppointmentFactory(user=cast.deputy, role=R.ADMINISTRATOR)
    assert end_appointment(appointment_id=row.pk, actor=me).ends_on == today - timedelta(days=1)


def test_role_that_began_today_or_later_is_ended_on_its_first_day(cast):
    me, today = actor(cast, "administrator", R.ADMINISTRATOR), timezone.localdate()
    for first_day in (today, today + timedelta(days=5)):
        row = AppointmentFactory(user=cast.owner, role=R.ARCHIVIST, starts_on=first_day)
        assert end_appointment(appointment_id=row.pk, actor=me).ends_on == first_day


def test_roles_are_given_by_administrators_to_people_who_may_sign_in(cast):
    given = {"role": R.ARCHIVIST, "unit_id": None, "starts_on": timezone.localdate(), "ends_on": None}
    with pytest.raises(NotPermitted, match="systemadministratör"):
        give_appointment(user_id=cast.owner.pk, actor=actor(cast, "strategist", R.STRATEGIST), **given)
    with pytest.raises(NotPermitted):
        end_appointment(appointment_id=Appointment.objects.first().pk, actor=actor(cast, "strategist", R.STRATEGIST))
    cast.owner.is_active = False
    cast.owner.save()
    with pytest.raises(InvalidInput, match="inte längre aktiv"):
        give_appointment(user_id=cast.owner.pk, actor=actor(cast, "administrator", R.ADMINISTRATOR), **given)


def test_own_sign_in_is_not_closed(client, cast):
    AppointmentFactory(user=cast.owner, role=R.ADMINISTRATOR)
    client.force_login(cast.administrator)
    form = {"name": "X", "title": "", "unit": "", "phone": ""}
    page = client.post(reverse("admin:accounts_user_change", args=[cast.administrator.pk]), form)
    assert "Du kan inte stänga av din egen inloggning" in page.content.decode()


# --- Policy, absence, imports ------------------------------------------------------------------------------------------
def test_draft_is_thrown_away_and_what_is_in_force_is_not(staff, cast):
    adopted = adopt_preset("tibro", Actor(cast.administrator))
    path = loader.PRESETS / "sunne.toml"
    draft = import_draft(toml_text=path.read_bytes(), filename=path.name, actor=Actor(cast.administrator))
    assert "Kasta utkast?" in act(staff, "kommun_policyversion", "discard", draft, sure=False).content.decode()
    page = act(staff, "kommun_policyversion", "discard", draft, adopted)
    assert said(page) == [
        "1 utkast kastat.",
        f"{adopted}: Version {adopted.number} är redan satt i kraft. Bara ett utkast går att kasta.",
    ]
    assert list(PolicyVersion.objects.all()) == [adopted]


def test_absence_that_is_over_is_not_taken_back(client, cast):
    client.force_login(cast.administrator)
    today = timezone.localdate()
    coming = AbsenceFactory(user=cast.owner, starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=9))
    over = AbsenceFactory(user=cast.deputy, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=3))
    page = act(client, "accounts_absence", "withdraw", coming, over)
    assert sorted(said(page)) == sorted(["1 frånvaro återtagen.", f"{over}: Frånvaron är redan över."])
    assert Absence.objects.get(pk=coming.pk).withdrawn_at is not None


def test_import_is_thrown_away_and_one_that_is_done_is_not(staff, cast):
    ready, done = (
        ImportRun.objects.create(
            kind="channels", state=state, name=f"{state}.csv", size=1, sha256="0" * 64, created_by=cast.strategist
        )
        for state in ("ready", "done")
    )
    page = act(staff, "channels_importrun", "discard", ready, done)
    assert said(page)[0] == "1 import kastad."
    assert said(page)[1].startswith("done.csv: ")
    assert list(ImportRun.objects.order_by("pk").values_list("state", flat=True)) == ["discarded", "done"]
