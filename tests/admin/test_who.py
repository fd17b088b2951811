"""Who comes into the browser admin, what each may do there, and what nobody sees."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment, Unit, User
from kommun.admin_kit import StaffAdmin
from kommun.models import Event, OutgoingMail
from tests.admin.scene import make_everything
from tests.factories import AbsenceFactory, AppointmentFactory, UserFactory

R = Appointment.Role
OURS = ("kommun", "accounts", "channels", "archive", "moderation")
MODELS = sorted(
    (model for model in site._registry if model._meta.app_label in OURS), key=lambda model: model._meta.label_lower
)
EVERYTHING = {model._meta.label_lower for model in MODELS}
# What a web editor keeps or needs: the register, and the names in it. Everything else is somebody else's.
WEB_EDITOR = {
    "accounts.unit", "accounts.user", "channels.accesstest", "channels.activity", "channels.attestation", "channels.channel",
    "channels.channeladdress", "channels.channeladministrator", "channels.confirmation", "channels.displayitem",
    "channels.importrow", "channels.importrun", "channels.platform", "channels.watchtick", "kommun.municipality",
    "kommun.policyversion", "kommun.publicationdue",
    # What is looked at in the channels is followed by all communications staff.
    *(label for label in EVERYTHING if label.startswith("moderation.")),
}  # fmt: skip
ADMINISTRATORS_ALONE = {"kommun.demomail", "accounts.mailchoice"}


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def web_editor(cast):
    editor = UserFactory(username="webb", name="Webbredaktör", unit=cast.central)
    AppointmentFactory(user=editor, role=R.WEB_EDITOR)
    return editor


def opened_by(client, user):
    client.force_login(user)
    return {model._meta.label_lower for model in MODELS if client.get(listing(model)).status_code == 200}


def test_each_role_opens_its_own_lists(client, cast, web_editor):
    assert opened_by(client, web_editor) == WEB_EDITOR
    assert opened_by(client, cast.strategist) == EVERYTHING - ADMINISTRATORS_ALONE
    assert opened_by(client, cast.administrator) == EVERYTHING
    for who in ("owner", "nearest_manager", "registrar", "it_communications_manager", "chief_executive", "outsider"):
        assert opened_by(client, cast[who]) == set(), who


def test_the_first_page_shows_what_can_be_opened(client, cast, web_editor):
    opened = {
        web_editor: WEB_EDITOR,
        cast.strategist: EVERYTHING - ADMINISTRATORS_ALONE,
        cast.administrator: EVERYTHING,
    }
    for user, lists in opened.items():
        client.force_login(user)
        page = client.get("/hantera/").content.decode()
        assert {model._meta.label_lower for model in MODELS if f'"{listing(model)}"' in page} == lists


def test_the_menu_leads_staff_there_and_nobody_else(client, cast, web_editor):
    for user, there in ((web_editor, True), (cast.strategist, True), (cast.administrator, True), (cast.owner, False)):
        client.force_login(user)
        assert (">Hantera</a>" in client.get("/min-profil/").content.decode()) == there


def test_access_ends_with_the_appointment(client, cast):
    client.force_login(cast.strategist)
    assert client.get("/hantera/").status_code == 200
    row = Appointment.objects.get(user=cast.strategist)
    row.ends_on = timezone.localdate() - timedelta(days=1)
    row.save()
    assert client.get("/hantera/").status_code == 302
    assert client.get("/hantera/login/").status_code == 403


def test_whoever_covers_for_staff_comes_in_meanwhile(client, cast):
    client.force_login(cast.outsider)
    assert client.get("/hantera/").status_code == 302
    absence = AbsenceFactory(user=cast.strategist, substitute=cast.outsider)
    assert client.get("/hantera/").status_code == 200
    absence.withdrawn_at = timezone.now()
    absence.save()
    assert client.get("/hantera/").status_code == 302


def test_somebody_inactive_or_without_second_factor_does_not_come_in(client, cast, settings):
    settings.MFA_REQUIRED = True
    client.force_login(cast.strategist)
    assert client.get("/hantera/")["Location"] == reverse("mfa_index")
    settings.MFA_REQUIRED = False
    User.objects.filter(pk=cast.strategist.pk).update(is_active=False)
    assert client.get("/hantera/").status_code == 302


def test_flag_of_staff_opens_nothing(client, cast):
    User.objects.filter(pk=cast.outsider.pk).update(is_staff=True)
    client.force_login(cast.outsider)
    assert client.get("/hantera/").status_code == 302


def test_whoever_has_the_server_can_always_come_in_and_give_roles(client, cast):
    root = User.objects.create_superuser("root", "root@kommunen.example", "x")
    assert opened_by(client, root) == EVERYTHING
    role = {
        "user": cast.owner.pk,
        "role": R.ADMINISTRATOR,
        "unit": "",
        "starts_on": timezone.localdate(),
        "ends_on": "",
    }
    assert client.post(reverse("admin:accounts_appointment_add"), role).status_code == 302
    assert cast.owner.appointments.get().role == R.ADMINISTRATOR


# --- Power ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["strategist", "web_editor"])
def test_staff_give_nobody_power(client, cast, web_editor, who):
    me = web_editor if who == "web_editor" else cast.strategist
    client.force_login(me)
    today = timezone.localdate()
    role = {"user": me.pk, "role": R.ADMINISTRATOR, "unit": "", "starts_on": today, "ends_on": ""}
    assert client.post(reverse("admin:accounts_appointment_add"), role).status_code == 403
    own = {"name": "Ny", "is_superuser": "on", "is_staff": "on", "is_active": "on", "password": "x"}
    assert client.post(reverse("admin:accounts_user_change", args=[me.pk]), own).status_code == 403
    assert client.post(reverse("admin:accounts_user_add"), {"email": "x@y.example", "name": "X"}).status_code == 403
    assert client.post(reverse("admin:accounts_unit_add"), {"name": "X"}).status_code == 403
    client.post(
        reverse("admin:accounts_appointment_changelist"),
        {"action": "end", "sure": "1", "_selected_action": Appointment.objects.values_list("pk", flat=True)},
    )
    client.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "remove_second_factor", "sure": "1", "_selected_action": [cast.administrator.pk]},
    )
    me.refresh_from_db()
    assert (me.is_superuser, me.is_staff) == (False, False)
    assert Appointment.objects.filter(ends_on__isnull=False).count() == 0
    assert not Event.objects.exists()


def test_strategist_corrects_a_unit_but_not_who_decides(client, cast):
    client.force_login(cast.strategist)
    form = {
        "name": "Bibliotek och kultur", "kind": "unit", "email": "", "phone": "", "slug": "annan", "central": "on",
        "manager": cast.strategist.pk, "registrar": cast.strategist.pk, "parent": cast.central.pk,
    }  # fmt: skip
    assert client.post(reverse("admin:accounts_unit_change", args=[cast.unit.pk]), form).status_code == 302
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert unit.name == "Bibliotek och kultur"
    assert (unit.slug, unit.manager, unit.registrar, unit.parent, unit.central) == (
        "biblioteksenheten", cast.nearest_manager, None, cast.department, False,
    )  # fmt: skip
    event = Event.objects.get(kind="unit.changed")
    assert (event.actor, event.door) == (cast.strategist, "admin")
    assert '"fields":["name"]' in event.payload
    assert unit.history.first().history_user == cast.strategist


def test_administrator_makes_no_superuser(client, cast):
    client.force_login(cast.administrator)
    form = {
        "name": "X",
        "title": "",
        "unit": "",
        "phone": "",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
    }
    assert client.post(reverse("admin:accounts_user_change", args=[cast.owner.pk]), form).status_code == 302
    cast.owner.refresh_from_db()
    assert (cast.owner.name, cast.owner.is_superuser, cast.owner.is_staff) == ("X", False, False)


def test_nothing_is_deleted(client, cast):
    make_everything(cast)
    client.force_login(cast.administrator)
    for model in MODELS:
        row = model._default_manager.first()
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[row.pk])
        before = model._default_manager.count()
        assert client.post(address, {"post": "yes"}).status_code == 403, model
        client.post(listing(model), {"action": "delete_selected", "post": "yes", "_selected_action": [row.pk]})
        assert model._default_manager.count() == before


def test_what_can_be_no_row_is_not_there(client, cast):
    client.force_login(cast.administrator)
    for model in MODELS:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{base}_history", args=["abc"])).status_code == 404, model
        if hasattr(model, "history"):
            assert client.get(reverse(f"{base}_simple_history", args=["abc", "1"])).status_code == 404, model


def test_every_list_is_ours():
    assert [model for model in MODELS if not isinstance(site._registry[model], StaffAdmin)] == []
    lists = [site._registry[model] for model in MODELS]
    assert [one for one in lists if not one.search_fields] == []
    without = {one.opts.label_lower for one in lists if not one.list_filter}
    assert without <= {"kommun.eventseal"}  # numbers and digests alone


def worth_following(addresses):
    """Return the addresses, of Django's own filters (status, platform, date) two values each: they differ in nothing else."""
    alike = {}
    for address in sorted(map(html.unescape, addresses)):
        parameters = tuple(name for name, _value in parse_qsl(address.removeprefix("?")))
        alike.setdefault(parameters, []).append(address)
    for parameters, found in alike.items():
        yield from {found[0], found[-1]} if any("__" in name for name in parameters) else found


def test_every_filter_can_be_chosen(client, cast):
    make_everything(cast)
    client.force_login(cast.strategist)
    followed = 0
    for model in MODELS:
        page = client.get(listing(model)).content.decode()
        for address in worth_following(set(re.findall(r'href="(\?[^"]+)"', page))):
            assert client.get(listing(model) + address).status_code == 200, (model, address)
            followed += 1
    assert followed > 200


# --- Secrets ----------------------------------------------------------------------------------------------------------
def test_secrets_are_not_shown(client, cast):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(cast.administrator, secret)
    make_everything(cast)
    client.force_login(cast.administrator)
    hidden = [cast.administrator.password, secret, str(Authenticator.objects.get().data), "En länk bara för dig"]
    for model in MODELS:
        row = model._default_manager.order_by("pk").first()
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for path in (
            listing(model),
            reverse(f"{base}_change", args=[row.pk]),
            reverse(f"{base}_history", args=[row.pk]),
        ):
            page = client.get(path).content.decode()
            assert [one for one in hidden if one in page] == [], path
    page = client.get(reverse("admin:accounts_user_change", args=[cast.administrator.pk])).content.decode()
    assert "md5$" not in page


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("accounts_user", "password__startswith=md5"),
        ("accounts_user", "is_superuser__exact=1"),
        ("kommun_outgoingmail", "body__contains=bara"),
        ("channels_channel", "owner__password__startswith=md5"),
        ("accounts_unit", "manager__password__startswith=md5"),
    ],
)
def test_an_address_cannot_ask_for_what_no_filter_asks_for(client, cast, model, query):
    OutgoingMail.objects.create(to="a@b.example", subject="Hej", body="En länk bara för dig")
    client.force_login(cast.strategist)
    answer = client.get(f"{reverse(f'admin:{model}_changelist')}?{query}")
    assert answer.status_code in (302, 400)


def test_web_editor_sees_imports_of_channels_and_cases_alone(client, cast, web_editor):
    from channels.models import ImportRun

    for kind in ImportRun.Kind.values:
        ImportRun.objects.create(
            kind=kind, state="ready", name=f"{kind}.csv", size=1, sha256="0" * 64, created_by=cast.administrator
        )
    client.force_login(web_editor)
    page = client.get(reverse("admin:channels_importrun_changelist")).content.decode()
    assert [kind for kind in ImportRun.Kind.values if f"{kind}.csv" in page] == ["channels", "cases"]
