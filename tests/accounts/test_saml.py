"""Signing in through SAML: our request, a signed answer from a provider, and every answer that must let nobody in."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import own_cache
from tests.accounts.identity_provider import from_environment
from tests.accounts.saml_provider import ENTITY, MAIL, NAME, SIGN_IN, SUBJECT, SamlProvider

HOST = "kanalkollen.kommunen.example"  # the SAML library refuses a host without a dot
ACS = "/konto/saml/kommunen/acs/"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    own_cache.clear()


@pytest.fixture(scope="module")
def provider():
    return SamlProvider()


@pytest.fixture
def saml(settings, provider):
    settings.ALLOWED_HOSTS = [HOST]
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    settings.SOCIALACCOUNT_PROVIDERS = from_environment(
        SAML_IDP_ENTITY_ID=ENTITY,
        SAML_SSO_URL=SIGN_IN,
        SAML_IDP_CERTIFICATE=provider.certificate,
        SAML_NAME="Kommunkontot",
        SSO_EMAIL_IS_VERIFIED="true",
    )
    return Client(headers={"host": HOST})


def ask(client):
    """Press the button and return where it leads: to the provider, with our request."""
    return client.post("/konto/saml/kommunen/login/").context["redirect_to"]


def hand_over(client, xml):
    """Post the provider's answer as the browser does, and return the last page."""
    answer = client.post(ACS, {"SAMLResponse": base64.b64encode(xml).decode()})
    assert answer["Location"] == f"{ACS}finish/"
    return client.get(answer["Location"])


def signed_in(client):
    page = client.get(reverse("profile"))
    return page.context["person"] if page.status_code == 200 else None


def test_metadata_names_our_addresses(db, saml):
    text = saml.get("/konto/saml/kommunen/metadata/").content.decode()
    assert f'entityID="http://{HOST}/konto/saml/kommunen/metadata/"' in text
    assert f'Location="http://{HOST}{ACS}"' in text
    assert 'WantAssertionsSigned="true"' in text


def test_sign_in_asks_the_provider(db, saml):
    assert "Logga in med Kommunkontot" in saml.get("/konto/logga-in/").content.decode()
    address = urlsplit(ask(saml))
    assert f"{address.scheme}://{address.netloc}{address.path}" == SIGN_IN


def test_person_is_matched_by_address_once_and_then_by_what_never_changes(cast, saml, provider, settings):
    settings.MFA_REQUIRED = True  # the provider answers for the second factor
    claims = {SUBJECT: "u1@kommunen.example", MAIL: cast.owner.email, NAME: "Bibliotekarie"}
    assert hand_over(saml, provider.answer(ask(saml), **claims))["Location"] == "/start/"
    assert signed_in(saml) == cast.owner
    saml.post(reverse("account_logout"))

    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
    claims |= {MAIL: cast.administrator.email}  # the address has moved on to somebody else
    hand_over(saml, provider.answer(ask(saml), **claims))
    assert signed_in(saml) == cast.owner


def test_stranger_is_added_only_when_the_municipality_says_so(db, saml, provider, settings):
    claims = {SUBJECT: "u2@kommunen.example", MAIL: "ny@kommunen.example", NAME: "Fritidsledare"}
    assert "Du har ingen inloggning här" in hand_over(saml, provider.answer(ask(saml), **claims)).content.decode()
    assert not User.objects.exists()
    settings.SSO_ADDS_PEOPLE = True
    hand_over(saml, provider.answer(ask(saml), **claims))
    added = User.objects.get()
    assert (added.name, added.email, added.is_staff) == ("Fritidsledare", "ny@kommunen.example", False)
    assert signed_in(saml) == added


def _address_swapped(provider, address, cast, claims):
    return provider.answer(address, **claims).replace(cast.owner.email.encode(), cast.administrator.email.encode())


def _second_assertion_put_first(provider, address, cast, claims):
    """Signature wrapping: the signed assertion stays as it is, behind a forged one that is read first."""
    good = provider.answer(address, **claims)
    begins, ends = good.index(b"<saml:Assertion"), good.index(b"</saml:Assertion>") + len(b"</saml:Assertion>")
    forged = good[begins:ends].replace(cast.owner.email.encode(), cast.administrator.email.encode())
    forged = forged[: forged.index(b"<ds:Signature")] + forged[forged.index(b"</ds:Signature>") + 15 :]
    return good[:begins] + forged.replace(b'ID="_a', b'ID="_b') + good[begins:]


def _signed_by_a_stranger(provider, address, cast, claims):
    return SamlProvider().answer(address, **claims)


def _unsigned(provider, address, cast, claims):
    return provider.answer(address, signed=False, **claims)


def _for_another_service(provider, address, cast, claims):
    return provider.answer(address, audience="https://annan.example/metadata", **claims)


def _an_hour_old(provider, address, cast, claims):
    return provider.answer(address, ago=timedelta(hours=1), **claims)


def _no_answer_at_all(*_):
    return b"<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>"


@pytest.mark.parametrize(
    ("made", "because"),
    [
        (_address_swapped, "Signature validation failed"),
        (_signed_by_a_stranger, "Signature validation failed"),
        (_second_assertion_put_first, "must contain 1 assertion"),
        (_unsigned, "is not signed"),
        (_for_another_service, "not a valid audience"),
        (_an_hour_old, "expired"),
        (_no_answer_at_all, "Unsupported SAML version"),
    ],
)
def test_answer_that_is_not_the_providers_lets_nobody_in(cast, saml, provider, made, because):
    claims = {SUBJECT: "u1@kommunen.example", MAIL: cast.owner.email, NAME: "Bibliotekarie"}
    page = hand_over(saml, made(provider, ask(saml), cast, claims))
    assert because in page.context["saml_last_error_reason"]
    assert (page.status_code, "Inloggningen lyckades inte" in page.content.decode()) == (401, True)
    assert signed_in(saml) is None


def test_answer_is_good_once_and_in_the_browser_that_asked(cast, saml, provider):
    answer = provider.answer(ask(saml), **{SUBJECT: "u1@kommunen.example", MAIL: cast.owner.email})
    other = Client(headers={"host": HOST})
    assert hand_over(other, answer).status_code >= 400
    assert signed_in(other) is None
    hand_over(saml, answer)
    assert signed_in(saml) == cast.owner
    saml.post(reverse("account_logout"))
    assert hand_over(saml, answer).status_code >= 400
    assert signed_in(saml) is None
