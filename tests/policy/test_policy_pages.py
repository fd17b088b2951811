"""A policy file comes in, its faults are shown, a draft is compared and put in force; and who may do what."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment, User
from kommun import policy
from kommun.models import Event, Municipality, PolicyVersion
from kommun.policy import keys
from kommun.policy.actions import CommandActor, adopt, import_draft
from tests.factories import AbsenceFactory, AppointmentFactory
from tests.policy.samples import MINIMAL, changed

pytestmark = pytest.mark.django_db
OPERATOR = CommandActor(label="Driften")
TODAY = timezone.localdate
EDITORS = {"strategist", "administrator"}
READERS = EDITORS | {"it_communications_manager"}


def draft(text=MINIMAL):
    return import_draft(toml_text=text, filename="prov.toml", actor=OPERATOR)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def strategist(cast):
    return signed_in(cast.strategist)


def upload(client, content=MINIMAL, name="min.toml"):
    raw = content.encode() if isinstance(content, str) else content
    return client.post(reverse("policy_upload"), {"file": SimpleUploadedFile(name, raw)})


def paste(client, text, filename=""):
    return client.post(reverse("policy_upload"), {"text": text, "filename": filename})


def put_in_force(client, version, day=None, again=None):
    day = day or TODAY()
    return client.post(
        reverse("policy_adopt", args=[version.number]),
        {"valid_from": str(day), "confirmation": str(day) if again is None else again},
    )


# --- Bringing in a file -----------------------------------------------------------------------------------------------
def test_a_file_becomes_a_draft_and_holds_only_when_it_is_put_in_force(strategist, cast):
    response = upload(strategist)
    version = PolicyVersion.objects.get()
    assert response.url == reverse("policy_version", args=[version.number])
    assert policy.in_force() is None
    answer = put_in_force(strategist, version)
    assert answer.url == f"{reverse('rulebook')}?version={version.number}"
    assert policy.in_force() == version
    events = list(Event.objects.order_by("pk").values_list("kind", "actor", "door"))
    assert events == [("policy.imported", cast.strategist.pk, "web"), ("policy.adopted", cast.strategist.pk, "web")]


def test_text_can_be_pasted_with_any_line_breaks(strategist):
    paste(strategist, MINIMAL.replace("\n", "\r\n"), "min.toml")
    version = PolicyVersion.objects.get()
    assert version.original == MINIMAL
    assert version.filename == "min.toml"


def test_faults_are_listed_with_file_line_key_and_what_was_expected_and_the_text_stands_in_the_form(strategist):
    text = changed("count = 2", 'count = "två"').replace('strength = "bör"', 'strenght = "bör"', 1)
    response = upload(strategist, text, "ekhult.toml")
    said = response.content.decode()
    assert response.status_code == 422
    assert "Filen går inte att använda: 3 fel" in said
    line = text.splitlines().index('strenght = "bör"') + 1
    for part in (
        "ekhult.toml",
        f"Rad {line}",
        "rules[1].strenght",
        "i reply.within",
        "Menade du ”strength”?",
        "strenght = &quot;bör&quot;",
        "rules[2].value.count",
        "Väntade ett heltal",
        "”två”",
    ):
        assert part in said
    assert response.context["form"]["text"].value() == text
    assert response.context["form"]["filename"].value() == "ekhult.toml"
    assert not PolicyVersion.objects.exists()
    mended = paste(strategist, response.context["form"]["text"].value().replace("strenght", "strength"), "ekhult.toml")
    assert "Filen går inte att använda: ett fel" in mended.content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Filen är tom"),
        (b"schema = ", "Väntade ett värde"),
        (MINIMAL.encode("cp1252"), "inte sparad som UTF-8"),
        (MINIMAL.encode("utf-16"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "inte sparad som UTF-8"),
        (b"#" * (1024 * 1024 + 1), "Filen är för stor"),
        (b"a = " + b"[" * 5000, "djupt"),
        (b'a = "\x00"', "Tecknet får inte stå här"),
    ],
    ids=["empty", "half", "cp1252", "utf-16", "picture", "huge", "deep", "null"],
)
def test_a_file_that_is_no_policy_is_explained_and_never_breaks_the_page(strategist, content, said):
    response = upload(strategist, content)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_file_with_the_wrong_letters_can_be_saved_from_the_form(strategist):
    shown = upload(strategist, MINIMAL.encode("cp1252")).context["form"]["text"].value()
    assert "Var vänlig." in shown
    assert paste(strategist, shown).status_code == 302


def test_a_file_too_large_is_not_sent_back(strategist):
    response = upload(strategist, b"#" * (1024 * 1024 + 1))
    assert len(response.content) < 100_000


def test_neither_file_nor_text_is_said_beside_the_field(strategist):
    response = paste(strategist, "  \n ")
    assert response.status_code == 422
    assert response.context["form"].errors == {"file": ["Välj en fil, eller klistra in texten."]}


def test_a_null_in_pasted_text_is_said_beside_the_field(strategist):
    response = paste(strategist, MINIMAL + "\x00")
    assert response.status_code == 422
    assert "text" in response.context["form"].errors


def test_markup_in_a_file_is_only_text(strategist):
    response = upload(strategist, changed('key = "reply.within"', 'key = "<script>alert(1)</script>"'), "<b>x.toml")
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()
    assert "<b>x" not in response.content.decode()


def test_the_same_file_twice_is_one_draft(strategist):
    first, second = upload(strategist), upload(strategist)
    assert first.url == second.url
    assert PolicyVersion.objects.count() == 1


# --- What changes, and putting it in force ------------------------------------------------------------------------------
def test_a_draft_shows_what_it_changes_and_what_becomes_looser(strategist):
    adopt(version_id=draft().pk, actor=OPERATOR)
    version = draft(changed("value = 48", "value = 72"))
    said = strategist.get(reverse("policy_version", args=[version.number])).content.decode()
    assert "Ändrat jämfört med version 1" in said
    assert "1 ändring." in said
    assert "Lösare än förut" in said
    assert "<del>Svarstid: 48 timmar." in said
    assert "<ins>Svarstid: 72 timmar." in said
    assert f'value="{TODAY()}"' in said


def test_the_first_version_is_compared_with_nothing(strategist):
    said = strategist.get(reverse("policy_version", args=[draft().number])).content.decode()
    assert "Det här är den första versionen" in said
    assert "3 regler. 1 text med vägledning." in said


@pytest.mark.parametrize(
    ("day", "again", "field"),
    [
        ("", "", "valid_from"),
        ("2027-02-30", "2027-02-30", "valid_from"),
        ("i morgon", "i morgon", "valid_from"),
        ("2027-01-01", "", "confirmation"),
        ("2027-01-01", "2027-01-02", "confirmation"),
        ("2027-01-01", "ja", "confirmation"),
    ],
)
def test_the_day_is_typed_twice(strategist, day, again, field):
    version = draft()
    response = strategist.post(
        reverse("policy_adopt", args=[version.number]), {"valid_from": day, "confirmation": again}
    )
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert response.context["form"]["valid_from"].value() == day
    assert policy.in_force() is None


def test_a_day_that_has_been_is_said_beside_the_field(strategist):
    adopt(version_id=draft().pk, actor=OPERATOR)
    response = put_in_force(strategist, draft(changed("value = 48", "value = 24")), TODAY() - timedelta(days=1))
    assert response.status_code == 422
    assert "bakåt i tiden" in str(response.context["form"].errors["valid_from"])


def test_a_later_day_is_announced_and_holds_from_then(strategist):
    adopt(version_id=draft().pk, actor=OPERATOR)
    day = TODAY() + timedelta(days=10)
    put_in_force(strategist, draft(changed("value = 48", "value = 24")), day)
    assert policy.rule(keys.REPLY_WITHIN).value.value == 48
    assert policy.rule(keys.REPLY_WITHIN, on=day).value.value == 24
    assert "Börjar gälla senare" in strategist.get(reverse("policy_versions")).content.decode()


def test_a_version_is_put_in_force_once(strategist):
    version = draft()
    assert put_in_force(strategist, version).status_code == 302
    assert put_in_force(strategist, version).status_code == 409
    assert Event.objects.filter(kind="policy.adopted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_put_the_same_draft_in_force_at_once_one_is_told_why_not(cast):
    version = draft()
    clients = [signed_in(cast.strategist), signed_in(cast.administrator)]
    start, answers = Barrier(2), []

    def run(client):
        start.wait()
        answers.append(put_in_force(client, version).status_code)
        connections.close_all()

    threads = [Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    assert Event.objects.filter(kind="policy.adopted").count() == 1


def test_an_adopted_version_has_no_form(strategist):
    version = adopt(version_id=draft().pk, actor=OPERATOR)
    said = strategist.get(reverse("policy_version", args=[version.number])).content.decode()
    assert reverse("policy_adopt", args=[version.number]) not in said


# --- Throwing a draft away ----------------------------------------------------------------------------------------------
def discard(client, version):
    return client.post(reverse("policy_discard", args=[version.number]))


def test_a_draft_is_thrown_away_after_a_question_and_only_the_events_remain(strategist, cast):
    version = draft()
    address = reverse("policy_discard", args=[version.number])
    assert address in strategist.get(reverse("policy_version", args=[version.number])).content.decode()
    assert "Behåll utkastet" in strategist.get(address).content.decode()
    assert PolicyVersion.objects.filter(pk=version.pk).exists()
    answer = strategist.post(address, follow=True)
    assert "Utkastet, version 1, är kastat." in answer.content.decode()
    assert not PolicyVersion.objects.exists()
    event = Event.objects.get(kind="policy.discarded")
    assert (event.actor, event.door, event.subject_id) == (cast.strategist, "web", str(version.pk))
    assert version.sha256 in event.payload
    assert upload(strategist).status_code == 302
    assert PolicyVersion.objects.get().number == 2, "a number is not used again"


def test_what_has_been_in_force_is_never_thrown_away(strategist):
    version = adopt(version_id=draft().pk, actor=OPERATOR)
    assert discard(strategist, version).status_code == 409
    assert strategist.get(reverse("policy_discard", args=[version.number])).status_code == 409
    assert policy.in_force() == version
    said = strategist.get(reverse("policy_version", args=[version.number])).content.decode()
    assert reverse("policy_discard", args=[version.number]) not in said


def test_only_editors_throw_a_draft_away(cast):
    version = draft()
    for name, person in cast.people():
        if name not in EDITORS:
            assert discard(signed_in(person), version).status_code == (403 if name in READERS else 404), name
    said = signed_in(cast.it_communications_manager).get(reverse("policy_version", args=[version.number]))
    assert reverse("policy_discard", args=[version.number]) not in said.content.decode()
    assert discard(signed_in(cast.administrator), version).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_put_in_force_or_thrown_away_and_never_both(cast):
    version = draft()
    acts = {"adopt": (signed_in(cast.strategist), put_in_force), "discard": (signed_in(cast.administrator), discard)}
    start, answers = Barrier(2), {}

    def run(name):
        client, act = acts[name]
        start.wait()
        answers[name] = act(client, version).status_code
        connections.close_all()

    threads = [Thread(target=run, args=(name,)) for name in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = PolicyVersion.objects.filter(status="adopted").exists()
    assert answers == ({"adopt": 302, "discard": 409} if kept else {"adopt": 404, "discard": 302})
    assert Event.objects.filter(kind__in=["policy.adopted", "policy.discarded"]).count() == 1


# --- Who may do what ----------------------------------------------------------------------------------------------------
# Every page for each of the seven persons: tests/access_rows.py. Here: what that table does not reach.
def test_only_editors_bring_in_a_file(cast):
    for person, status, button in ((cast.it_communications_manager, 403, False), (cast.administrator, 302, True)):
        client = signed_in(person)
        assert upload(client).status_code == status
        assert (reverse("policy_upload") in client.get(reverse("policy_versions")).content.decode()) is button


def test_a_drafts_file_and_rules_are_seen_by_those_who_prepare_it_and_nobody_else(client, cast):
    number = draft().number
    for address in (reverse("policy_file", args=[number]), f"{reverse('rulebook')}?version={number}"):
        assert client.get(address).status_code == 404
        assert signed_in(cast.nearest_manager).get(address).status_code == 404
        assert signed_in(cast.it_communications_manager).get(address).status_code == 200


def test_only_editors_put_a_draft_in_force(client, cast):
    version = draft()
    assert put_in_force(client, version).status_code == 302
    assert policy.in_force() is None
    for name, person in cast.people():
        if name not in EDITORS:
            assert put_in_force(signed_in(person), version).status_code == (403 if name in READERS else 404), name
    assert policy.in_force() is None
    assert put_in_force(signed_in(cast.administrator), version).status_code == 302


def test_the_one_who_may_only_read_a_draft_is_told_why(cast):
    said = signed_in(cast.it_communications_manager).get(reverse("policy_version", args=[draft().number]))
    assert "Du får inte sätta ett regelverk i kraft." in said.content.decode()


def test_a_permission_lasts_as_long_as_the_appointment(cast):
    row = Appointment.objects.get(user=cast.strategist, role="strategist")
    row.ends_on = TODAY() - timedelta(days=1)
    row.save()
    assert not User.objects.get(pk=cast.strategist.pk).has_perm("kommun.adopt_policyversion")


def test_an_appointment_for_one_unit_is_not_one_for_the_municipality(cast):
    AppointmentFactory(user=cast.outsider, role="strategist", unit=cast.unit)
    assert not User.objects.get(pk=cast.outsider.pk).has_perm("kommun.adopt_policyversion")


def test_whoever_covers_for_an_absent_strategist_may_what_the_strategist_may(cast):
    assert not cast.deputy.has_perm("kommun.adopt_policyversion")
    AbsenceFactory(user=cast.strategist, substitute=cast.deputy)
    assert User.objects.get(pk=cast.deputy.pk).has_perm("kommun.adopt_policyversion")


def test_somebody_who_has_left_may_nothing(cast):
    cast.strategist.is_active = False
    cast.strategist.save()
    assert not User.objects.get(pk=cast.strategist.pk).has_perm("kommun.adopt_policyversion")


def test_an_appointment_gives_no_other_permission(cast):
    assert not cast.strategist.has_perm("kommun.delete_policyversion")
    assert not cast.strategist.has_perm("accounts.change_user")


# --- The browser admin --------------------------------------------------------------------------------------------------
@pytest.fixture
def admin_client(cast):
    return signed_in(cast.administrator)


def test_the_admin_shows_versions_and_events_and_changes_none(admin_client):
    version = adopt(version_id=draft().pk, actor=OPERATOR)
    event = Event.objects.first()
    for model, pk in (("policyversion", version.pk), ("event", event.pk)):
        base = f"admin:kommun_{model}"
        assert admin_client.get(reverse(f"{base}_changelist")).status_code == 200
        assert admin_client.get(reverse(f"{base}_change", args=[pk])).status_code == 200
        assert admin_client.get(reverse(f"{base}_add")).status_code == 403
        assert admin_client.post(reverse(f"{base}_change", args=[pk]), {"title": "Annat"}).status_code == 403
        assert admin_client.post(reverse(f"{base}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    version.refresh_from_db()
    assert version.title == "Riktlinjer för sociala medier"


def test_the_admin_changes_the_municipality_and_writes_it_down(admin_client, cast):
    Municipality.objects.create(pk=1, name="Ekhults kommun", short_name="Ekhult", slug="ekhult",
                                website="https://www.ekhult.example", contact_email="kommun@ekhult.example")  # fmt: skip
    address = reverse("admin:kommun_municipality_change", args=[1])
    fields = {
        "name": "Ekhults stad", "short_name": "Ekhult", "slug": "ekhult", "seat": "", "switchboard": "",
        "website": "https://www.ekhult.example", "contact_email": "kommun@ekhult.example", "registrar_email": "",
        "brand_colour": "#0b5563", "brand_colour_dark": "#86ccd8", "closed_days": "[]", "confirmation_months": "6",
        "watch_report_at": "15:00",
        "at_once_hours": "1",
    }  # fmt: skip
    assert admin_client.post(address, fields).status_code == 302
    assert Municipality.current().name == "Ekhults stad"
    event = Event.objects.get(kind="municipality.changed")
    assert (event.actor, event.door) == (cast.administrator, "admin")
    assert '"fields":["name"]' in event.payload
    assert admin_client.post(address, {**fields, "brand_colour": "#ffff00"}).status_code == 200
    assert Municipality.current().brand_colour == "#0b5563"
    assert admin_client.post(reverse("admin:kommun_municipality_delete", args=[1]), {"post": "yes"}).status_code == 403
    assert admin_client.get(reverse("admin:kommun_municipality_add")).status_code == 403
