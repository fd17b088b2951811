"""The sign-in runs out, the token is old: what was typed comes back, to the same person and nobody else."""

from http import HTTPStatus

import pytest
from django.test import Client

from channels.models import Application
from channels.views import kept
from tests.application_pages import filled, hidden, page, signed_in


def sign_out_and_post(client, application, **typed):
    """Post from a page that was drawn before the sign-in ran out. Returns the address that is answered."""
    sent = filled(client, application, "arbete", **typed)
    client.session.flush()
    client.cookies.pop("sessionid", None)
    answer = client.post(page(application, "arbete"), sent)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    return answer.url


def test_what_was_typed_comes_back_after_signing_in_again(cast, draft, owner):
    url = sign_out_and_post(owner, draft, working_time="Skrivet när tiden gick ut")
    assert url.endswith(f"?next={page(draft, 'arbete')}")
    owner.force_login(cast.owner)
    text = owner.get(page(draft, "arbete")).content.decode()
    assert 'value="Skrivet när tiden gick ut"' in text
    assert "Vi sparade det du skrev" in text
    draft.refresh_from_db()
    assert "working_time" not in draft.answers  # nothing is saved before the person has looked at it
    owner.post(page(draft, "arbete"), filled(owner, draft, "arbete", working_time="Skrivet", later="1"))
    assert "Vi sparade det du skrev" not in owner.get(page(draft, "arbete")).content.decode()


def test_it_can_be_thrown_away(cast, draft, owner):
    sign_out_and_post(owner, draft, working_time="Onödigt")
    owner.force_login(cast.owner)
    owner.post(page(draft, "arbete"), {**filled(owner, draft, "arbete"), "discard": "1"})
    assert "Onödigt" not in owner.get(page(draft, "arbete")).content.decode()


@pytest.mark.parametrize("who", ["deputy", "strategist", "outsider", "administrator"])
def test_what_was_typed_is_never_shown_to_somebody_else(cast, draft, owner, who):
    sign_out_and_post(owner, draft, working_time="Hemligt")
    owner.force_login(cast[who])
    answer = owner.get(page(draft, "arbete"))
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Hemligt" not in answer.content.decode()


def test_it_does_not_follow_the_browser_to_another_applicant(cast, draft, owner):
    sign_out_and_post(owner, draft, working_time="Hemligt")
    Application.objects.filter(pk=draft.pk).update(applicant=cast.deputy)
    owner.force_login(cast.deputy)
    assert "Hemligt" not in owner.get(page(draft, "arbete")).content.decode()
    assert not owner.session.get(kept.SESSION_KEY)


@pytest.mark.parametrize("mark", ["", "nonsense", None])
def test_only_a_page_of_ours_can_leave_something_in_the_session(draft, owner, mark):
    sent = filled(owner, draft, "arbete", working_time="Utifrån")
    sent = {**sent, "marke": mark} if mark is not None else {**sent, "marke": hidden_for_other(draft)}
    anonymous = Client()
    anonymous.post(page(draft, "arbete"), sent)
    assert not anonymous.session.get(kept.SESSION_KEY)


def hidden_for_other(draft):
    return kept.mark_for(draft.applicant, Application(pk=draft.pk + 1))


def test_what_is_kept_is_bounded(draft, owner):
    sent = filled(owner, draft, "arbete", working_time="x" * (kept.MAX_CHARACTERS + 1))
    anonymous = Client()
    anonymous.post(page(draft, "arbete"), sent)
    assert not anonymous.session.get(kept.SESSION_KEY)


def test_an_old_token_gives_back_what_was_typed(cast, draft):
    client = signed_in(cast.owner, enforce_csrf_checks=True)
    sent = filled(client, draft, "arbete", working_time="Skrivet i gamla fönstret")
    answer = client.post(page(draft, "arbete"), {**sent, "csrfmiddlewaretoken": "z" * 64})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    text = answer.content.decode()
    assert 'value="Skrivet i gamla fönstret"' in text
    assert "Sidan hade blivit för gammal" in text
    draft.refresh_from_db()
    assert "working_time" not in draft.answers
    token = hidden(answer, "csrfmiddlewaretoken")
    answer = client.post(page(draft, "arbete"), {**sent, "csrfmiddlewaretoken": token, "later": "1"})
    assert answer.status_code == HTTPStatus.FOUND
    draft.refresh_from_db()
    assert draft.answers["working_time"] == "Skrivet i gamla fönstret"


def test_a_forged_post_is_refused_and_shows_nothing(cast, draft):
    client = signed_in(cast.owner, enforce_csrf_checks=True)
    answer = client.post(page(draft, "arbete"), {"working_time": "Förfalskat", "version": "0"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Förfalskat" not in answer.content.decode()
    draft.refresh_from_db()
    assert "working_time" not in draft.answers
