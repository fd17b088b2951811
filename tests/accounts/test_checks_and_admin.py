"""What a production start refuses, and what a system administrator can do."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.admin import site
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from accounts import checks
from accounts.models import Absence, Unit, User
from kommun.admin_kit import HistoryAdmin
from kommun.models import Event, OutgoingMail
from tests.factories import AbsenceFactory, UserFactory

GOOD_KEY = "x8Qz-" + "aB3dE5fG7hJ9kL1mN2pR4sT6vW8yZ0-" * 2


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.DEMO = settings.TESTING = False
    settings.MFA_REQUIRED, settings.SECRET_KEY = True, GOOD_KEY
    return settings


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("hosts", "refused"),
    [
        (["localhost", "127.0.0.1", "[::1]", "kanal.localhost"], False),
        (["kanaler.kommunen.example"], True),
        (["localhost", "192.168.1.4"], True),
        (["*"], True),
        ([], False),
    ],
)
@pytest.mark.parametrize("mode", ["DEBUG", "DEMO", "TESTING"])
def test_open_modes_answer_on_loopback_alone(production, hosts, refused, mode):
    setattr(production, mode, True)
    production.ALLOWED_HOSTS = hosts
    assert ids(checks.check_open_modes_stay_at_home()) == (["accounts.E001"] if refused else [])


def test_production_may_have_any_address(production):
    production.ALLOWED_HOSTS = ["kanaler.kommunen.example"]
    assert checks.check_open_modes_stay_at_home() == []


@pytest.mark.parametrize(
    "key", ["short", "a" * 80, "django-insecure-" + GOOD_KEY, "change-me-" + GOOD_KEY, "demo " + GOOD_KEY]
)
def test_secret_that_is_none_is_refused(production, key):
    production.SECRET_KEY = key
    assert ids(checks.check_secret_key()) == ["accounts.E002"]


def test_real_secret_passes_and_the_demo_may_have_its_own(production):
    assert checks.check_secret_key() == []
    production.SECRET_KEY, production.DEMO = "short", True
    assert checks.check_secret_key() == []


@pytest.mark.parametrize(
    ("email", "active", "password", "refused"),
    [
        ("kulturchef@demo.tibro.example", True, "usable", True),
        ("kulturchef@demo.tibro.example", False, "usable", False),
        ("kulturchef@demo.tibro.example", True, "unusable", False),
        ("kulturchef@tibro.example", True, "usable", False),
    ],
)
def test_people_of_the_demo_are_refused(db, production, email, active, password, refused):
    user = UserFactory(email=email, is_active=active)
    if password == "unusable":
        user.set_unusable_password()
        user.save()
    assert ids(checks.check_no_demo_people(databases=["default"])) == (["accounts.E003"] if refused else [])
    assert checks.check_no_demo_people(databases=None) == []


def test_missing_second_factor_is_warned_of(production):
    assert checks.check_second_factor() == []
    production.MFA_REQUIRED = False
    assert ids(checks.check_second_factor()) == ["accounts.W001"]


# --- Admin ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


@pytest.mark.parametrize("model", ["unit", "user", "appointment", "absence", "acknowledgement"])
def test_lists_search_and_forbid_deleting(admin, cast, model):
    AbsenceFactory(user=cast.owner)
    assert admin.get(reverse(f"admin:accounts_{model}_changelist"), {"q": "chef"}).status_code == 200
    row = {"unit": cast.unit, "user": cast.owner, "absence": Absence.objects.get()}.get(model)
    if row:
        assert admin.get(reverse(f"admin:accounts_{model}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("who", ["owner", "nearest_manager", "registrar"])
def test_admin_is_closed_to_others(client, cast, who):
    client.force_login(cast[who])
    assert client.get(reverse("admin:accounts_user_changelist")).status_code in {302, 403}


def test_administrator_adds_a_person_who_gets_a_mail(admin, cast):
    form = {"email": "Ny@kommunen.example", "name": "Fritidsledare", "title": "", "unit": cast.unit.pk, "phone": ""}
    answer = admin.post(reverse("admin:accounts_user_add"), form)
    assert answer.status_code == 302
    added = User.objects.get(email="ny@kommunen.example")
    assert added.emailaddress_set.get().verified
    assert OutgoingMail.objects.filter(to=added.email).count() == 1
    assert Event.objects.filter(kind="person.added", door="admin").count() == 1
    again = admin.post(reverse("admin:accounts_user_add"), form)
    assert "redan den adressen" in again.content.decode()


def test_address_that_is_too_long_or_on_its_way_to_somebody_is_refused(admin, cast):
    cast.owner.emailaddress_set.create(email="nasta@kommunen.example", verified=False)
    form = {"name": "Fritidsledare", "title": "", "unit": "", "phone": ""}
    long = f"{'x' * 60}@{'y' * 60}.{'z' * 60}.example"
    for email, words in ((long, "150 tecken"), ("Nasta@kommunen.example", "redan den adressen")):
        answer = admin.post(reverse("admin:accounts_user_add"), {**form, "email": email})
        assert (answer.status_code, words in answer.content.decode()) == (200, True)
    assert not User.objects.filter(name="Fritidsledare").exists()


def test_units_make_no_circle(admin, cast):
    for parent in (cast.unit, cast.department):
        form = {"name": "Kulturförvaltningen", "slug": "kultur", "kind": "department", "parent": parent.pk}
        answer = admin.post(reverse("admin:accounts_unit_change", args=[cast.department.pk]), form)
        assert (answer.status_code, "inte själv hör till" in answer.content.decode()) == (200, True)


def test_change_of_a_unit_is_recorded(admin, cast):
    form = {
        "name": "Bibliotek och kultur",
        "slug": cast.unit.slug,
        "kind": "unit",
        "parent": cast.department.pk,
        "manager": cast.deputy.pk,
        "registrar": "",
        "email": "",
        "phone": "",
    }
    assert admin.post(reverse("admin:accounts_unit_change", args=[cast.unit.pk]), form).status_code == 302
    assert Unit.objects.get(pk=cast.unit.pk).manager == cast.deputy
    assert '"fields":["manager","name"]' in Event.objects.get(kind="unit.changed").payload
    assert admin.get(reverse("admin:accounts_unit_history", args=[cast.unit.pk])).status_code == 200


def test_an_old_row_is_shown_and_never_put_back(admin, cast):
    old = cast.unit.history.latest()
    address = reverse("admin:accounts_unit_simple_history", args=[cast.unit.pk, old.pk])
    page = admin.get(address)
    assert (page.status_code, "Återställ" in page.content.decode()) == (200, False)
    form = {"name": "Det gamla namnet", "slug": cast.unit.slug, "kind": "unit"}
    assert admin.post(address, form).status_code == 403
    assert Unit.objects.get(pk=cast.unit.pk).name == "Biblioteksenheten"
    with_history = [one for one in site._registry.values() if isinstance(one, SimpleHistoryAdmin)]
    assert len(with_history) > 3
    assert all(isinstance(one, HistoryAdmin) for one in with_history)


def test_absence_in_the_admin_follows_the_same_rules(admin, cast):
    add = reverse("admin:accounts_absence_add")
    form = {"user": cast.owner.pk, "starts_on": "2031-01-02", "ends_on": "2031-01-05", "substitute": cast.deputy.pk}
    assert admin.post(add, form).status_code == 302
    assert Event.objects.get(kind="absence.registered").door == "admin"
    answer = admin.post(add, form)
    assert (answer.status_code, "Det finns redan frånvaro" in answer.content.decode()) == (200, True)
    absence = Absence.objects.get()
    assert admin.get(reverse("admin:accounts_absence_change", args=[absence.pk])).status_code == 200
    for count in (1, 1):
        admin.post(
            reverse("admin:accounts_absence_changelist"), {"action": "withdraw", "_selected_action": [absence.pk]}
        )
        assert Event.objects.filter(kind="absence.withdrawn").count() == count


def test_lost_phone_is_helped(admin, cast):
    TOTP.activate(cast.owner, generate_totp_secret())
    admin.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "remove_second_factor", "sure": "1", "_selected_action": [cast.owner.pk]},
    )
    assert not Authenticator.objects.filter(user=cast.owner).exists()
    assert Event.objects.filter(kind="person.factor_removed", actor_id=cast.administrator.pk).count() == 1
    assert OutgoingMail.objects.get().to == cast.owner.email
