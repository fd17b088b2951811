"""Writing and sending an application on its pages: what is typed survives errors and other windows."""

from http import HTTPStatus

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.actor import Actor
from channels.actions.drafts import start_application
from channels.models import Application, Channel
from channels.questions import missing, parts_of
from tests.application_pages import filled, hidden, page, signed_in
from tests.applications import answer_all, make_application, submit
from tests.factories import UserFactory


def test_from_start_to_sent_without_script(cast, draft, owner):
    def post(part, **values):
        answer = owner.post(page(draft, part), filled(owner, draft, part, **values))
        assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
        return answer.url

    assert post(
        "syfte", name="Biblioteket", unit=cast.unit.pk, purposes=["dialogue"], purpose="Boktips", audience="Alla"
    ) == page(draft, "konto")
    assert post("konto", platform="facebook", address="m.facebook.com/Ekhult/?ref=1", visibility="public") == page(
        draft, "ansvariga"
    )
    chosen = {"owner": cast.owner.pk, "deputy": cast.deputy.pk, "administrators": [cast.owner.pk, cast.deputy.pk]}
    assert post("ansvariga", **chosen, credentials_place="Valvet") == page(draft, "arbete")
    assert post("arbete", reply_hours="48 timmar", update_frequency="Varje dag") == page(draft, "utseende")
    shown = {
        "display-sender": "Ekhults kommun",
        "display-logotype": "on",
        "display-purpose": "Boktips",
        "display-responsible_contact": "biblioteket@ekhult.example",
        "display-prohibited_content": "Inget olagligt.",
        "display-removal_time": "Inom 48 timmar.",
        "display-part_of_municipality": "En del av Ekhults kommun",
        "display-phone": "",
        "note-display-phone": "Växeln når inte oss.",
        "display-website_link": "https://www.ekhult.example",
        "display-standard_text": "Hej.",
    }
    review = post("utseende", **shown)
    draft.refresh_from_db()
    assert draft.answers["address"] == "https://www.facebook.com/Ekhult"
    assert draft.answers["handle_key"] == "ekhult"
    assert draft.answers["reply_hours"] == 48
    assert missing(draft) == []
    answer = owner.get(review)
    assert answer.status_code == HTTPStatus.OK
    assert cast.it_communications_manager.role in answer.content.decode()
    version = hidden(answer, "version")
    sent = owner.post(reverse("channels:application_submit", args=[draft.pk]), {"version": version})
    assert sent.url == draft.get_absolute_url()
    again = owner.post(reverse("channels:application_submit", args=[draft.pk]), {"version": version})
    assert again.url == draft.get_absolute_url()
    draft.refresh_from_db()
    assert draft.status == Application.Status.SUBMITTED
    assert draft.steps.count() == 2
    assert owner.get(draft.get_absolute_url()).status_code == HTTPStatus.OK
    assert owner.get(page(draft, "syfte")).url == draft.get_absolute_url()


def test_two_clicks_on_start_give_one_draft(cast, tibro, owner):
    key = hidden(owner.get(reverse("channels:application_start")), "nyckel")
    answers = [owner.post(reverse("channels:application_start"), {"nyckel": key}) for _turn in range(2)]
    assert answers[0].url == answers[1].url
    assert Application.objects.filter(applicant=cast.owner).count() == 1


def test_an_error_stands_beside_the_field_and_nothing_typed_is_lost(draft, owner):
    typed = {"platform": "facebook", "address": "https://www.facebook.com/watch?v=1", "visibility": "public"}
    answer = owner.post(page(draft, "konto"), filled(owner, draft, "konto", **typed))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = answer.content.decode()
    assert 'value="https://www.facebook.com/watch?v=1"' in text
    assert 'aria-invalid="true"' in text
    # And it is there on another day, in another browser, still with its error.
    text = signed_in(draft.applicant).get(page(draft, "konto")).content.decode()
    assert 'value="https://www.facebook.com/watch?v=1"' in text
    assert 'aria-invalid="true"' in text
    draft.refresh_from_db()
    assert "address" not in draft.answers


def test_the_page_after_an_error_can_be_saved_again(draft, owner):
    answer = owner.post(page(draft, "arbete"), filled(owner, draft, "arbete", reply_hours="snart"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    carried = {"version": hidden(answer, "version"), "marke": hidden(answer, "marke")}
    answer = owner.post(page(draft, "arbete"), {**carried, "reply_hours": "24", "update_frequency": "Varje dag"})
    assert answer.status_code == HTTPStatus.FOUND


def test_the_address_is_shown_as_it_is_kept(draft, owner):
    typed = {
        "platform": "facebook",
        "address": "  HTTPS://m.facebook.com/EkhultBibliotek/?fbclid=1 ",
        "visibility": "public",
    }
    owner.post(page(draft, "konto"), filled(owner, draft, "konto", **typed))
    text = owner.get(page(draft, "konto")).content.decode()
    assert "facebook.com/ekhultbibliotek" in text.lower()
    assert "fbclid" not in text


def test_an_address_of_another_platform_is_told_apart(draft, owner):
    typed = {"platform": "instagram", "address": "https://www.facebook.com/ekhult", "visibility": "public"}
    answer = owner.post(page(draft, "konto"), filled(owner, draft, "konto", **typed))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Adressen hör till Facebook, men du har valt Instagram" in answer.content.decode()


def test_an_account_that_somebody_else_has_applied_for_is_refused(cast, draft, owner):
    other = make_application(cast, name="Annat", handle_key="ekhult", address="https://www.facebook.com/ekhult")
    Application.objects.filter(pk=other.pk).update(status="submitted")
    typed = {"platform": "facebook", "address": "facebook.com/ekhult", "visibility": "public"}
    answer = owner.post(page(draft, "konto"), filled(owner, draft, "konto", **typed))
    assert "Någon annan har redan sökt för samma konto" in answer.content.decode()


def test_an_account_that_is_decided_but_not_opened_yet_is_taken_too(cast, draft, owner):
    other = answer_all(submit(make_application(cast, name="Annat")))
    assert other.channel.status == Channel.Status.DECIDED
    typed = {"platform": "facebook", "address": other.answers["address"], "visibility": "public"}
    answer = owner.post(page(draft, "konto"), filled(owner, draft, "konto", **typed))
    assert "Någon annan har redan sökt för samma konto" in answer.content.decode()


def test_another_window_gets_both_versions_to_choose_from(draft, owner):
    first = filled(owner, draft, "arbete", working_time="Två timmar")
    second = filled(owner, draft, "arbete", working_time="Fem timmar", later="1")
    owner.post(page(draft, "arbete"), second)
    answer = owner.post(page(draft, "arbete"), first)
    assert answer.status_code == HTTPStatus.CONFLICT
    text = answer.content.decode()
    assert 'value="Två timmar"' in text
    assert "Fem timmar" in text
    draft.refresh_from_db()
    assert draft.answers["working_time"] == "Fem timmar"
    owner.post(page(draft, "arbete"), {**first, "version": hidden(answer, "version"), "later": "1"})
    draft.refresh_from_db()
    assert draft.answers["working_time"] == "Två timmar"


def test_a_double_click_on_save_is_no_conflict(draft, owner):
    typed = filled(owner, draft, "arbete", working_time="Två timmar", later="1")
    answers = [owner.post(page(draft, "arbete"), typed) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.FOUND, HTTPStatus.FOUND]


def test_a_draft_can_be_taken_back_once(draft, owner):
    address = reverse("channels:application_withdraw", args=[draft.pk])
    assert owner.get(address).status_code == HTTPStatus.OK
    assert [owner.post(address).status_code for _turn in range(2)] == [HTTPStatus.FOUND, HTTPStatus.FOUND]
    draft.refresh_from_db()
    assert draft.status == Application.Status.WITHDRAWN
    assert owner.get(draft.get_absolute_url()).status_code == HTTPStatus.OK


def test_what_is_decided_is_not_asked_about_taking_back(cast, tibro, owner):
    granted = answer_all(submit(make_application(cast)))
    address = reverse("channels:application_withdraw", args=[granted.pk])
    for answer in (owner.get(address), owner.post(address)):
        assert answer.status_code == HTTPStatus.FOUND
        assert answer.url == granted.get_absolute_url()
    granted.refresh_from_db()
    assert granted.status == Application.Status.APPROVED


def test_sending_too_early_says_what_is_missing(draft, owner):
    answer = owner.post(reverse("channels:application_submit", args=[draft.pk]), {"version": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = answer.content.decode()
    assert "Välj en ersättare" in text
    assert page(draft, "ansvariga") + "#fraga-deputy" in text


def test_sending_what_was_changed_in_another_window_is_refused(cast, draft, owner):
    ready = make_application(cast, name="Klart")
    answer = owner.post(reverse("channels:application_submit", args=[ready.pk]), {"version": "99"})
    assert answer.status_code == HTTPStatus.CONFLICT
    ready.refresh_from_db()
    assert ready.status == Application.Status.DRAFT


# --- Anything at all ---------------------------------------------------------------------------------------------------
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["\x00", "\u202efdp", "<script>alert(1)</script>", "{{ 7*7 }}", "' OR 1=1 --", "9" * 400, "-1", "1e9", "٣", "²"]
    ),
    st.text(alphabet="\u0000\u200b\u202e\ud7ff\U0010ffff\n\r\tå", max_size=20),
)


@pytest.mark.parametrize("preset", ["tibro", "sunne", "nora", "overkalix", "forshaga"])
@pytest.mark.parametrize("part", ["syfte", "konto", "ansvariga", "arbete", "utseende", "underlag"])
def test_no_body_breaks_a_part(cast, policy, preset, part):
    policy(preset)
    make_application(cast)
    draft = start_application(actor=Actor(cast.owner))
    found = next((row for row in parts_of(draft) if row.slug == part), None)
    client = signed_in(cast.owner)
    if found is None:
        assert client.post(page(draft, part), {}).status_code == HTTPStatus.NOT_FOUND
        return
    names = [question.field_name for question in found.fields]
    names += [question.note_name for question in found.fields] + ["version", "marke", "later", "nonsense"]
    fixed = {"platform": ["facebook", "blog", "other", "mastodon"], "unit": [str(cast.unit.pk)]}

    @hypothesis_settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
    @given(data=st.data())
    def post(data):
        body = {}
        for name in names:
            values = st.sampled_from(fixed[name]) if name in fixed else HOSTILE
            if data.draw(st.booleans()):
                body[name] = data.draw(st.lists(values, max_size=3))
        answer = client.post(page(draft, part), body)
        assert answer.status_code in {302, 409, 422}
        assert client.get(page(draft, part)).status_code == HTTPStatus.OK
        assert "<script>alert" not in answer.content.decode()

    post()
    assert client.get(draft.get_absolute_url()).status_code == HTTPStatus.OK
    assert client.get(reverse("channels:application_review", args=[draft.pk])).status_code == HTTPStatus.OK


def test_a_text_that_is_too_long_is_kept_and_says_by_how_much(draft, owner):
    long = "å" * 3000
    answer = owner.post(page(draft, "syfte"), filled(owner, draft, "syfte", purpose=long))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = answer.content.decode()
    assert "3000 tecken" in text
    assert long in text
    assert long in owner.get(page(draft, "syfte")).content.decode()


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_costs_the_same_for_few_and_many(cast, tibro, owner, count, django_assert_max_num_queries):
    for number in range(count):
        Application.objects.create(
            applicant=UserFactory(unit=cast.unit),
            policy_version=tibro,
            status="submitted",
            answers={"name": f"K{number}"},
        )
    client = signed_in(cast.strategist)
    with django_assert_max_num_queries(22):
        assert client.get(reverse("channels:applications")).status_code == HTTPStatus.OK


def test_a_part_costs_the_same_for_few_and_many_people(cast, draft, owner, django_assert_max_num_queries):
    UserFactory.create_batch(50, unit=cast.unit)
    with django_assert_max_num_queries(40):
        owner.get(page(draft, "ansvariga"))
