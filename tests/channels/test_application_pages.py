"""The pages of the application: what is typed survives errors, sign-out, old tokens and other windows."""

import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.models import Acknowledgement
from channels.actions.drafts import start_application
from channels.models import Application
from channels.questions import missing, parts_of
from channels.views import kept
from tests.applications import adopt_preset, make_application, make_municipality
from tests.factories import UserFactory

PDF = b"%PDF-1.7 plan"


@pytest.fixture
def policy(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_municipality()

    def adopt(name):
        return adopt_preset(name, Actor(cast.administrator))

    return adopt


@pytest.fixture
def tibro(policy):
    return policy("tibro")


@pytest.fixture
def draft(cast, tibro):
    make_application(cast)  # fills the table of platforms
    Application.objects.all().delete()
    return start_application(actor=Actor(cast.owner))


@pytest.fixture
def owner(cast):
    return signed_in(cast.owner)


def signed_in(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


def page(application, part):
    return reverse("channels:application_part", args=[application.pk, part])


def hidden(response, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, name
    return found[1]


def filled(client, application, part, **values):
    """Return what a browser would send: what the page carries, with the given answers."""
    drawn = client.get(page(application, part))
    return {"version": hidden(drawn, "version"), "marke": hidden(drawn, "marke"), **values}


PEOPLE = {"administrators": [], "credentials_place": "Kommunens lösenordsvalv"}


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


# --- Sign-in that runs out ---------------------------------------------------------------------------------------------
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


# --- Who sees what -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["deputy", "nearest_manager", "strategist", "outsider", "administrator"])
def test_a_draft_of_somebody_else_does_not_exist(cast, draft, who):
    client = signed_in(cast[who])
    for address in (
        draft.get_absolute_url(),
        page(draft, "syfte"),
        reverse("channels:application_review", args=[draft.pk]),
        reverse("channels:application_withdraw", args=[draft.pk]),
    ):
        assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    for address in (page(draft, "syfte"), reverse("channels:application_submit", args=[draft.pk])):
        assert client.post(address, {"name": "X"}).status_code == HTTPStatus.NOT_FOUND


def test_whoever_may_read_may_not_write(cast, draft):
    Application.objects.filter(pk=draft.pk).update(status="submitted")
    client = signed_in(cast.strategist)
    assert client.get(draft.get_absolute_url()).status_code == HTTPStatus.OK
    assert client.get(page(draft, "syfte")).status_code == HTTPStatus.FORBIDDEN


def test_without_sign_in_every_page_asks_for_it(draft):
    for address in (
        reverse("channels:applications"),
        reverse("channels:application_start"),
        draft.get_absolute_url(),
        page(draft, "syfte"),
        reverse("channels:application_review", args=[draft.pk]),
        reverse("channels:application_read", args=[draft.pk, "handbok"]),
    ):
        assert "next=" in Client().get(address).url


def test_a_draft_can_be_taken_back_once(draft, owner):
    address = reverse("channels:application_withdraw", args=[draft.pk])
    assert owner.get(address).status_code == HTTPStatus.OK
    assert [owner.post(address).status_code for _turn in range(2)] == [HTTPStatus.FOUND, HTTPStatus.FOUND]
    draft.refresh_from_db()
    assert draft.status == Application.Status.WITHDRAWN
    assert owner.get(draft.get_absolute_url()).status_code == HTTPStatus.OK


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


# --- Files and reading -------------------------------------------------------------------------------------------------
@pytest.fixture
def nora(cast, policy):
    policy("nora")
    return make_application(cast)


def plan_of(application):
    return next(question.key for part in parts_of(application) for question in part.attachments if question.required)


def test_a_file_survives_an_error_elsewhere_in_the_form(cast, nora, owner):
    nora.attachments.all().delete()
    key = plan_of(nora)
    upload = SimpleUploadedFile("plan.pdf", PDF)
    answer = owner.post(page(nora, "underlag"), {**filled(owner, nora, "underlag"), f"file-{key}": upload})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # the confirmations are not ticked
    assert nora.attachments.get(replaced_at__isnull=True).name == "plan.pdf"
    assert "plan.pdf" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "part"), [(b"", "tom"), (b"MZ", "går inte att läsa"), (b"%PDF-" + b"0" * 2000, "för stor")]
)
def test_a_file_that_cannot_be_taken_says_why_beside_it(nora, owner, settings, content, part):
    settings.ATTACHMENT_MAX_BYTES = 1000
    nora.attachments.all().delete()
    upload = SimpleUploadedFile("plan.pdf", content)
    sent = {**filled(owner, nora, "underlag"), f"file-{plan_of(nora)}": upload}
    answer = owner.post(page(nora, "underlag"), sent)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert part in answer.content.decode()
    assert not nora.attachments.exists()


def test_a_file_is_only_ever_a_download_and_only_for_readers(cast, nora, owner):
    nora.attachments.all().delete()
    address = reverse("channels:attachment_upload", args=[nora.pk, plan_of(nora)])
    owner.post(address, {f"file-{plan_of(nora)}": SimpleUploadedFile("../Vår plan.html", PDF)})
    file = nora.attachments.get(replaced_at__isnull=True)
    download = reverse("channels:attachment", args=[file.pk])
    answer = owner.get(download)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(cast.outsider).get(download).status_code == HTTPStatus.NOT_FOUND
    assert signed_in(cast.strategist).get(download).status_code == HTTPStatus.NOT_FOUND
    remove = reverse("channels:attachment_remove", args=[nora.pk, plan_of(nora)])
    assert signed_in(cast.outsider).post(remove).status_code == HTTPStatus.NOT_FOUND
    owner.post(remove)
    assert not nora.attachments.filter(replaced_at__isnull=True).exists()


@pytest.mark.policy("prestart.documents")
def test_the_deputy_can_read_and_sign_before_the_application_is_sent(cast, policy):
    policy("sunne")
    application = make_application(cast)
    Acknowledgement.objects.all().delete()
    question = next(question for part in parts_of(application) for question in part.readings)
    address = reverse("channels:application_read", args=[application.pk, question.key])
    reader = signed_in(cast.owner)
    assert "Jag har läst" in reader.get(address).content.decode()
    for _turn in range(2):
        assert reader.post(address).status_code == HTTPStatus.FOUND
    assert "Du har läst" in reader.get(address).content.decode()
    assert signed_in(cast.deputy).get(address).status_code == HTTPStatus.OK
    assert signed_in(cast.outsider).get(address).status_code == HTTPStatus.NOT_FOUND
    assert signed_in(cast.deputy).get(application.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
    other = reverse("channels:application_read", args=[application.pk, "hittepa"])
    assert reader.get(other).status_code == HTTPStatus.NOT_FOUND


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
