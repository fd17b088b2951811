"""Who sees an application, its files and what is to be read."""

from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Acknowledgement
from channels.actions.approval import withdraw_application
from channels.models import Application
from channels.questions import parts_of
from tests.application_pages import PDF, filled, page, plan_of, signed_in
from tests.applications import make_application, submit


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


@pytest.mark.parametrize("who", ["deputy", "strategist", "registrar", "administrator"])
def test_a_draft_that_was_taken_back_before_it_was_sent_is_nobody_elses(cast, draft, who):
    withdraw_application(application_id=draft.pk, actor=Actor(cast.owner))
    assert signed_in(cast[who]).get(draft.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
    assert signed_in(cast.owner).get(draft.get_absolute_url()).status_code == HTTPStatus.OK


def test_whoever_may_read_may_not_write(cast, draft):
    Application.objects.filter(pk=draft.pk).update(status="submitted", submitted_at=timezone.now())
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


# --- Files and reading -------------------------------------------------------------------------------------------------
@pytest.fixture
def nora(cast, policy):
    policy("nora")
    return make_application(cast)


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


def test_a_file_that_was_taken_away_is_nobody_elses(cast, nora, owner):
    upload = reverse("channels:attachment_upload", args=[nora.pk, plan_of(nora)])
    owner.post(upload, {f"file-{plan_of(nora)}": SimpleUploadedFile("fel.pdf", PDF)})
    wrong = nora.attachments.get(replaced_at__isnull=True)
    owner.post(upload, {f"file-{plan_of(nora)}": SimpleUploadedFile("plan.pdf", PDF + b" 2")})
    nora.refresh_from_db()
    submit(nora)
    right = nora.attachments.get(replaced_at__isnull=True)
    reader = signed_in(cast.nearest_manager)
    for file, status in ((right, HTTPStatus.OK), (wrong, HTTPStatus.NOT_FOUND)):
        assert reader.get(reverse("channels:attachment", args=[file.pk])).status_code == status
    assert owner.get(reverse("channels:attachment", args=[wrong.pk])).status_code == HTTPStatus.OK


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
