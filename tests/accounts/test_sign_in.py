"""Signing in: password, second factor, reset by mail, and a form that was sent too late."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.actor import Actor
from accounts.middleware import KEPT
from accounts.models import User
from kommun.errors import InvalidInput
from kommun.models import Event, OutgoingMail
from tests import own_cache
from tests.conftest import no_smtp
from tests.factories import PASSWORD, UserFactory

LOGIN = "/konto/logga-in/"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    """The rate limits count in Redis, which outlives a test."""
    own_cache.clear()
    yield
    own_cache.clear()


def code_now(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client, user, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": user.email, "password": password, **extra})


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def with_app(db):
    """Somebody with a code app: (user, secret)."""
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return user, secret


# --- Password ---------------------------------------------------------------------------------------------------------


def test_address_and_password_open_the_page_that_was_asked_for(client, cast):
    answer = client.get(reverse("absences"))
    assert answer["Location"] == f"{LOGIN}?next=/min-franvaro/"
    answer = sign_in(client, cast.owner, next="/min-franvaro/")
    assert (answer.status_code, answer["Location"]) == (302, "/min-franvaro/")
    assert client.get(reverse("absences")).status_code == 200


def test_next_never_leads_away(client, cast):
    assert sign_in(client, cast.owner, next="https://example.org/")["Location"] == "/start/"


def test_wrong_password_is_answered_with_422_and_keeps_the_address(client, cast):
    answer = sign_in(client, cast.owner, "fel lösenord")
    assert answer.status_code == 422
    assert "Adressen och lösenordet hör inte ihop." in text_of(answer)
    assert cast.owner.email in text_of(answer)
    assert "fel lösenord" not in text_of(answer)


def test_unknown_address_is_answered_with_the_same_words(client, db):
    answer = client.post(LOGIN, {"login": "ingen@kommunen.example", "password": PASSWORD})
    assert (answer.status_code, "Adressen och lösenordet hör inte ihop." in text_of(answer)) == (422, True)


@pytest.mark.parametrize("signed_in_before", [True, False])
def test_inactive_person_stays_outside(client, cast, signed_in_before):
    if signed_in_before:
        sign_in(client, cast.owner)
        assert client.get(reverse("profile")).status_code == 200
    cast.owner.is_active = False
    cast.owner.save()
    if not signed_in_before:
        sign_in(client, cast.owner)
    assert client.get(reverse("profile")).status_code == 302


def test_sixth_wrong_password_is_stopped(client, cast):
    for _ in range(5):
        assert "hör inte ihop" in text_of(sign_in(client, cast.owner, "fel"))
    assert "För många försök." in text_of(sign_in(client, cast.owner, PASSWORD))


def test_signing_out_takes_a_post(client, cast):
    client.force_login(cast.owner)
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("profile")).status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == LOGIN
    assert client.get(reverse("profile")).status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up(client, db, method):
    answer = getattr(client, method)("/konto/ny/", {"email": "ny@kommunen.example", "password1": PASSWORD})
    assert "Du har ingen inloggning här" in text_of(answer)
    assert not User.objects.exists()


def test_admin_has_no_sign_in_of_its_own(client, cast):
    assert client.get("/hantera/login/")["Location"].startswith(LOGIN)
    client.force_login(cast.owner)
    assert client.get("/hantera/login/").status_code == 403


# --- Second factor ----------------------------------------------------------------------------------------------------


def test_code_app_is_added_and_asked_for_at_the_next_sign_in(client, cast):
    sign_in(client, cast.owner)
    answer = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r"<code>(\w+)</code>", text_of(answer))[1]
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 422
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert len(re.findall(r"<li>\d{8}</li>", text_of(client.get(answer["Location"])))) == 10
    client.post(reverse("account_logout"))

    assert sign_in(client, cast.owner, next="/min-franvaro/")["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("profile")).status_code == 302


def test_code_lets_in_and_a_wrong_one_does_not(client, with_app):
    user, secret = with_app
    sign_in(client, user, next="/min-franvaro/")
    answer = client.post(reverse("mfa_authenticate"), {"code": "123"})
    assert (answer.status_code, "Koden stämmer inte." in text_of(answer)) == (422, True)
    assert client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})["Location"] == "/min-franvaro/"
    assert client.get(reverse("profile")).status_code == 200


def test_recovery_code_lets_in_once(client, with_app):
    user, _secret = with_app
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 422):
        sign_in(client, user)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected
        client.post(reverse("account_logout"))


def test_factor_is_demanded_before_anything_else(client, cast, settings, with_app):
    settings.MFA_REQUIRED = True
    sign_in(client, cast.owner)
    for name in ("profile", "absences", "start"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    page = client.get(reverse("mfa_index"))
    assert (page.status_code, "Lägg till en andra faktor" in text_of(page)) == (200, True)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    user, secret = with_app
    other = Client()
    sign_in(other, user)
    other.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert other.get(reverse("profile")).status_code == 200


def test_last_factor_stays_where_one_is_demanded(client, with_app, settings):
    user, secret = with_app
    settings.MFA_REQUIRED = True
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "minst en andra faktor" in text_of(answer)
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_sensitive_page_asks_again_after_a_while(client, cast, time_machine):
    time_machine.move_to("2026-11-20T09:00:00+01:00", tick=False)
    sign_in(client, cast.owner)
    time_machine.move_to("2026-11-20T09:06:00+01:00", tick=False)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith("/konto/bekrafta-dig/")
    assert client.post(answer["Location"], {"password": "fel"}).status_code == 422
    answer = client.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == reverse("mfa_activate_totp")


# --- Mail -------------------------------------------------------------------------------------------------------------


def decoded(message):
    return message_from_bytes(message, policy=policy.default).get_body().get_content()


def test_password_is_reset_by_a_mail_through_a_real_server(client, cast, smtp):
    answer = client.post(reverse("account_reset_password"), {"email": cast.owner.email}, follow=True)
    assert "Finns adressen hos oss" in text_of(answer)
    ((to, raw),) = smtp.messages
    assert to == [cast.owner.email]
    body = decoded(raw)
    assert "Öppna länken" in body
    link = urlsplit(re.search(r"http://\S+", body)[0]).path
    assert link.startswith("/konto/losenord/nytt/")

    form = client.get(link, follow=True)
    address = form.request["PATH_INFO"]
    assert client.post(address, {"password1": "kort", "password2": "kort"}).status_code == 422
    new = "en helt annan häst i regnet"
    answer = client.post(address, {"password1": new, "password2": new}, follow=True)
    assert "Lösenordet är bytt" in text_of(answer)
    assert "Du har valt ett nytt lösenord." in OutgoingMail.objects.get(to=cast.owner.email).body
    assert sign_in(Client(), cast.owner).status_code == 422
    assert sign_in(Client(), cast.owner, new).status_code == 302
    assert "redan använts" in text_of(Client().get(link, follow=True))


def test_unknown_address_gets_no_mail_and_the_same_answer(client, db, smtp):
    answer = client.post(reverse("account_reset_password"), {"email": "ingen@kommunen.example"}, follow=True)
    assert "Finns adressen hos oss" in text_of(answer)
    assert smtp.messages == []


@pytest.mark.parametrize("known", [True, False])
def test_reset_without_a_mail_server_says_so_and_keeps_the_address(client, cast, settings, known):
    no_smtp(settings)
    email = cast.owner.email if known else "ingen@kommunen.example"
    answer = client.post(reverse("account_reset_password"), {"email": email})
    assert answer.status_code == 503
    assert "Just nu går det inte att skicka brev." in text_of(answer)
    assert f'value="{email}"' in answer.content.decode()
    assert not OutgoingMail.objects.exists()  # the link signs somebody in: it waits in no table


def test_what_somebody_does_here_waits_for_no_mail_server(client, cast, settings, django_capture_on_commit_callbacks):
    no_smtp(settings)
    sign_in(client, cast.owner)
    new = "en helt annan häst i regnet"
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
        )
    assert answer.status_code == 302
    assert sign_in(Client(), cast.owner, new).status_code == 302
    told = OutgoingMail.objects.get(to=cast.owner.email)
    assert (told.sent_at, told.attempts) == (None, 1)


def test_changed_address_counts_when_it_is_confirmed(client, cast, smtp, django_capture_on_commit_callbacks):
    sign_in(client, cast.owner)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_email"), {"email": "ny.adress@kommunen.example", "action_add": "1"})
    cast.owner.refresh_from_db()
    assert cast.owner.email == "kontoansvarig@kommunen.example"
    (raw,) = [raw for to, raw in smtp.messages if to == ["ny.adress@kommunen.example"]]
    link = urlsplit(re.search(r"http://\S+", decoded(raw))[0]).path
    assert "Är ny.adress@kommunen.example din adress?" in text_of(client.get(link))
    client.post(link)
    cast.owner.refresh_from_db()
    assert cast.owner.email == "ny.adress@kommunen.example"


def test_added_person_chooses_a_password_from_the_mail(client, cast, smtp, django_capture_on_commit_callbacks):
    added = actions.add_person(
        email=" Ny.Person@Kommunen.example ",
        name="Fritidsledare",
        unit_id=cast.unit.pk,
        actor=Actor(cast.administrator),
    )
    assert (added.email, added.has_usable_password()) == ("ny.person@kommunen.example", False)
    assert Event.objects.filter(kind="person.added", subject_id=str(added.pk)).exists()
    assert "/konto/losenord/glomt/" in OutgoingMail.objects.get(to=added.email).body
    client.post(reverse("account_reset_password"), {"email": added.email})
    link = urlsplit(re.search(r"http://\S+", decoded(smtp.messages[-1][1]))[0]).path
    address = client.get(link, follow=True).request["PATH_INFO"]
    client.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(Client(), added).status_code == 302
    with pytest.raises(InvalidInput, match="redan den adressen"):
        actions.add_person(email="NY.person@kommunen.example", name="Kopia", actor=Actor(cast.administrator))


# --- Sent too late ----------------------------------------------------------------------------------------------------


def sign_in_that_ran_out(client, person):
    """Let the browser have been the person's: signed in, a page opened, then the session is gone."""
    client.force_login(person)
    client.get(reverse("profile"))
    client.session.flush()


def test_form_sent_after_the_sign_in_ran_out_can_be_sent_again(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    typed = {"starts_on": "2031-01-02", "ends_on": "2031-01-03", "substitute": str(cast.deputy.pk), "confirm": "1"}
    answer = client.post(reverse("absence_new"), typed, headers={"referer": "http://testserver/min-franvaro/ny/"})
    assert answer["Location"] == f"{LOGIN}?next=/konto/fortsatt/"
    assert cast.owner.absences.count() == 0
    answer = sign_in(client, cast.owner, next="/konto/fortsatt/")
    page = text_of(client.get(answer["Location"]))
    assert 'action="/min-franvaro/ny/"' in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert fields.items() >= typed.items()
    assert cast.owner.absences.count() == 0  # nothing is sent by itself
    assert client.post("/min-franvaro/ny/", fields).status_code == 302
    assert cast.owner.absences.get().substitute == cast.deputy
    assert KEPT not in client.session
    assert client.get("/konto/fortsatt/")["Location"] == "/start/"


def test_nobody_else_is_offered_what_somebody_wrote_at_a_shared_computer(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    client.post(reverse("absence_new"), {"starts_on": "min hemlighet"})
    sign_in(client, cast.deputy)
    assert client.get("/konto/fortsatt/")["Location"] == "/start/"
    assert KEPT not in client.session


def test_a_form_from_a_browser_that_was_nobodys_is_not_kept(client, cast):
    client.post(reverse("absence_new"), {"starts_on": "2031-01-02"})
    assert KEPT not in client.session


def test_kept_form_can_be_thrown_away(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    client.post(reverse("absence_new"), {"starts_on": "<b>nu</b>"})
    sign_in(client, cast.owner)
    assert "&lt;b&gt;nu&lt;/b&gt;" in text_of(client.get("/konto/fortsatt/"))
    client.post("/konto/fortsatt/")
    assert KEPT not in client.session


def test_the_way_back_never_leads_away(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    client.post(reverse("absence_new"), {"starts_on": "x"}, headers={"referer": "http://testserver//example.org/"})
    sign_in(client, cast.owner)
    assert 'href="/%2Fexample.org/"' in text_of(client.get("/konto/fortsatt/"))


def test_huge_form_is_not_kept(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    client.post(reverse("absence_new"), {"starts_on": "x" * 300_000})
    assert KEPT not in client.session


def test_passwords_are_never_kept(client, cast):
    sign_in_that_ran_out(client, cast.owner)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "a", "password2": "a"})
    assert KEPT not in client.session


def test_htmx_is_told_to_load_the_whole_sign_in_page(client, cast):
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/kanaler/?plattform=x"}
    answer = client.get(reverse("absences"), headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"{LOGIN}?next=/kanaler/%3Fplattform%3Dx")
    sign_in_that_ran_out(client, cast.owner)
    answer = client.post(reverse("absence_new"), {"starts_on": "x"}, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"{LOGIN}?next=/konto/fortsatt/")


# --- Every page -------------------------------------------------------------------------------------------------------

SIGNED_OUT = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup",
              "account_inactive", "account_email_verification_sent", "account_reset_password_from_key_done",
              "socialaccount_login_error", "socialaccount_login_cancelled"]  # fmt: skip
SIGNED_IN = ["account_logout", "account_email", "account_change_password", "mfa_index", "mfa_activate_totp",
             "mfa_list_webauthn", "mfa_add_webauthn", "account_reauthenticate", "socialaccount_connections",
             "profile", "absences", "absence_new"]  # fmt: skip
WITH_APP = ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
            "mfa_reauthenticate"]  # fmt: skip
INLINE_SCRIPT = re.compile(r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")', re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style|\sstyle=|\son\w+=|javascript:|src=.data:", re.IGNORECASE)
ENGLISH = re.compile(r"\b(sign (in|out|up)|password|your|please|account|address)\b", re.IGNORECASE)


def assert_fits_the_policy(answer):
    page = text_of(answer)
    assert answer.status_code in {200, 401}  # 401: the identity provider failed
    assert not INLINE_SCRIPT.search(page)
    assert not INLINE_STYLE.search(page)
    shown = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert not ENGLISH.search(shown), ENGLISH.search(shown)
    assert page.count("<h1") == 1


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_page_before_sign_in_is_ours_and_fits_the_csp(client, db, name):
    assert_fits_the_policy(client.get(reverse(name)))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_page_after_sign_in_is_ours_and_fits_the_csp(client, cast, name):
    sign_in(client, cast.owner)
    assert_fits_the_policy(client.get(reverse(name)))


@pytest.mark.parametrize("name", WITH_APP)
def test_page_with_a_factor_is_ours_and_fits_the_csp(client, with_app, name):
    user, secret = with_app
    sign_in(client, user)
    assert_fits_the_policy(client.get(reverse("mfa_authenticate")))
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert_fits_the_policy(client.get(reverse(name)))


def test_codes_are_hidden_from_others(client, with_app, cast):
    sign_in(client, cast.owner)
    answer = client.get(reverse("mfa_view_recovery_codes"))
    assert answer.status_code == 404
