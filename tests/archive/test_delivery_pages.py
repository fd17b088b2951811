"""The pages of deliveries: what is shown and to whom, what each answer is, and what is typed is kept."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from archive import actions, packing
from archive.actions import writing
from archive.models import Delivery
from kommun.half_years import half_key
from kommun.models import Event
from tests.applications import adopt_preset, make_municipality
from tests.archive.delivery_scene import kept, kept_secret, prepare, this_half
from tests.archive_scene import keep_record

pytestmark = pytest.mark.django_db
S = Delivery.Status


@pytest.fixture
def archivist(cast, client):
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    client.force_login(cast.archivist)
    return client


@pytest.fixture
def written(cast, channel, owner, archivist):
    kept(channel, owner, 8)
    (row,) = prepare(cast)
    return write(row, cast)


def write(row, cast):
    actions.deliver(delivery_id=row.pk, actor=Actor(cast.archivist))
    assert writing.write_delivery(row.pk)
    row.refresh_from_db()
    return row


def chosen(cast, **values):
    return {"committee": cast.committee.pk, "half": half_key(this_half()), "target": "e_archive", **values}


def test_the_preview_says_what_goes_and_why_the_rest_stays(cast, channel, owner, archivist):
    kept(channel, owner, label="Den som går")
    kept_secret(channel, owner)
    keep_record(channel, owner, label="Obestämd")
    page = archivist.get(reverse("archive:delivery_prepare"), chosen(cast)).content.decode()
    for said in (
        "Den som går",
        "Obestämd",
        "Inte bestämt hur handlingen hålls (1)",
        "FGS Paketstruktur 2.0",
        "Enligt regelverket.",
    ):
        assert said in page
    assert not Delivery.objects.exists()  # looking prepares nothing


def test_prepared_from_the_page_with_the_secret_ones_apart(cast, channel, owner, archivist):
    kept(channel, owner)
    kept_secret(channel, owner)
    answer = archivist.post(reverse("archive:delivery_prepare"), chosen(cast), follow=True)
    assert "Två leveranser är förberedda" in answer.content.decode()
    assert sorted(Delivery.objects.values_list("secret", "form")) == [(False, "fgs"), (True, "fgs")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"half": "1999-3"}, "Välj ett halvår som har börjat."),
        ({"committee": 0}, "Välj en nämnd."),
        ({"target": "x"}, "Välj vem"),
    ],
)
def test_a_wrong_choice_is_said_beside_its_field(cast, channel, owner, archivist, wrong, said):
    answer = archivist.get(reverse("archive:delivery_prepare"), chosen(cast, **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_nothing_chosen_is_said_beside_each_field(cast, channel, owner, archivist):
    answer = archivist.post(reverse("archive:delivery_prepare"))
    assert answer.status_code == 422
    assert "Välj en nämnd." in answer.content.decode()


def test_a_committee_that_one_does_not_keep_cannot_be_chosen(cast, channel, owner, client):
    make_municipality()
    cast.unit.registrar = cast.owner
    cast.unit.save()
    client.force_login(cast.owner)
    assert client.get(reverse("archive:delivery_prepare"), chosen(cast)).status_code == 403


def test_the_page_shows_contents_log_and_rule(written, archivist):
    page = archivist.get(written.get_absolute_url()).content.decode()
    for said in ("METS.xml", written.package_sha256, "Skriven, kontrollerad och levererad", "Läs regeln"):
        assert said in page
    assert all(row.sha256 in page for row in written.file_rows.all())


def test_the_package_is_fetched_as_a_zip_and_that_is_logged(cast, written, archivist):
    answer = archivist.post(reverse("archive:delivery_fetch", args=[written.pk]))
    body = b"".join(answer.streaming_content)
    assert body == packing.place_of(written).read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="{written.name}.zip"'
    assert Event.objects.filter(kind="delivery.fetched", actor_id=cast.archivist.pk).count() == 1
    assert archivist.get(reverse("archive:delivery_fetch", args=[written.pk])).status_code == 405


def test_a_shared_folder_is_fetched_as_a_zip_of_what_lies_there(cast, channel, owner, archivist, settings, tmp_path):
    settings.DELIVERY_FOLDER = str(tmp_path / "gemensam")
    kept(channel, owner, 8)
    (row,) = prepare(cast, target="shared_folder", form="files")
    write(row, cast)
    fetch = reverse("archive:delivery_fetch", args=[row.pk])
    with zipfile.ZipFile(io.BytesIO(b"".join(archivist.post(fetch).streaming_content))) as found:
        assert {name.removeprefix(f"{row.name}/") for name in found.namelist()} == set(
            row.file_rows.values_list("path", flat=True)
        )
    (packing.place_of(row) / "innehall.csv").write_text("ändrad")
    answer = archivist.post(fetch)
    assert answer.status_code == 409
    assert "har ändrats" in answer.content.decode()


def test_a_package_that_is_not_written_cannot_be_fetched(cast, channel, owner, archivist):
    kept(channel, owner)
    (row,) = prepare(cast)
    assert archivist.post(reverse("archive:delivery_fetch", args=[row.pk])).status_code == 409


def test_a_receipt_that_is_wrong_keeps_what_was_typed(written, archivist):
    typed = {"act": "receive", "number": "inget än", "on": timezone.localdate().isoformat()}
    answer = archivist.post(written.get_absolute_url(), typed)
    assert answer.status_code == 422
    assert 'value="inget än"' in answer.content.decode()
    assert archivist.post(written.get_absolute_url(), typed | {"number": "E-7"}).status_code == 302
    written.refresh_from_db()
    assert (written.status, written.receipt_number) == (S.RECEIVED, "E-7")
    assert archivist.post(written.get_absolute_url(), {"act": "refuse", "reason": "Nej"}).status_code == 409


@pytest.mark.parametrize("act", ["receive", "refuse", "", "nothing"])
def test_an_answer_without_what_it_needs_is_refused(written, archivist, act):
    assert archivist.post(written.get_absolute_url(), {"act": act}).status_code == 422


def test_the_progress_is_a_fragment_and_the_page_is_read_anew_when_it_is_done(cast, channel, owner, archivist):
    kept(channel, owner, 8)
    (row,) = prepare(cast)
    actions.deliver(delivery_id=row.pk, actor=Actor(cast.archivist))
    Delivery.objects.filter(pk=row.pk).update(done=3, total=9)
    answer = archivist.get(row.get_absolute_url(), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert 'value="3" max="9"' in answer.content.decode()
    writing.write_delivery(row.pk)
    assert archivist.get(row.get_absolute_url(), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_menu_has_it_for_archivist_and_registrar_alone(cast, client):
    make_municipality()
    for who, seen in (("archivist", True), ("registrar", True), ("strategist", False), ("owner", False)):
        client.force_login(cast[who])
        assert (reverse("archive:deliveries") in client.get("/start/").content.decode()) == seen, who


def test_the_list_costs_the_same_however_long_it_is(cast, channel, owner, archivist, django_assert_max_num_queries):
    for _each in range(6):
        kept(channel, owner)
        prepare(cast)
    with django_assert_max_num_queries(40) as few:
        archivist.get(reverse("archive:deliveries"))
    for _each in range(6):
        kept(channel, owner)
        prepare(cast)
    with django_assert_max_num_queries(len(few)):
        archivist.get(reverse("archive:deliveries"))
