"""Deliveries: who may, what goes and what does not and why, what is written, what stops it, and what the receiver answers."""

import json
import zipfile
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
import time_machine
from django.db import transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone
from lxml import etree

from accounts.actor import SCHEDULER, Actor
from archive import actions, deliverable, packing
from archive.actions import writing
from archive.deliverable import Why
from archive.duties import RECEIPT
from archive.lifecycle import DELIVERY
from archive.models import Delivery, DeliveryFile, DeliveryRecord, Record
from channels.models import Obligation
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, Municipality, OutgoingMail
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from kommun.policy.describe import as_lines
from tests.applications import adopt_preset, make_municipality
from tests.archive.delivery_scene import changed_on_disk, kept, kept_secret, prepare, this_half
from tests.archive.package_scene import broken_rules, mets_schema, premis_schema
from tests.archive_scene import a_mark, keep_record, make_channel, propose
from tests.factories import AbsenceFactory, UnitFactory

pytestmark = pytest.mark.django_db
S = Delivery.Status


@pytest.fixture
def archivist(cast):
    make_municipality()
    return Actor(cast.archivist)


@pytest.fixture
def send(django_capture_on_commit_callbacks, archivist):
    """Deliver, with the job done before it returns."""

    def deliver(row, actor=archivist):
        with django_capture_on_commit_callbacks(execute=True):
            actions.deliver(delivery_id=row.pk, actor=actor)
        row.refresh_from_db()
        return row

    return deliver


@pytest.fixture
def shared(settings, tmp_path):
    settings.DELIVERY_FOLDER = str(tmp_path / "gemensam")
    return tmp_path / "gemensam"


def chosen(cast, target="e_archive", **values):
    units = {unit.pk: unit for unit in type(cast.unit).objects.all()}
    return deliverable.select(cast.committee, this_half(), target, again=False, units=units, **values)


def zip_of(row):
    return zipfile.ZipFile(packing.place_of(row))


def kinds(row):
    rows = Event.objects.filter(subject_type="archive.delivery", subject_id=str(row.pk)).order_by("pk")
    return [kind.removeprefix("delivery.") for kind in rows.values_list("kind", flat=True)]


# --- What goes --------------------------------------------------------------------------------------------------------
def test_each_record_goes_or_stays_with_the_reason(cast, channel, owner):
    goes = kept(channel, owner)
    secret = kept_secret(channel, owner)
    undecided = keep_record(channel, owner)
    minor = kept(channel, owner, keeping="minor")
    unnumbered = kept(channel, owner, keeping="register")
    found = chosen(cast)
    assert (found.goes, found.secret) == ([goes], [secret])
    assert found.stays == {Why.UNDECIDED: [undecided], Why.MINOR: [minor], Why.DIARY: [unnumbered]}


def test_a_registrar_gets_what_has_no_number_unless_a_sheet_waits_for_one(cast, channel, owner):
    unnumbered, waiting = (kept(channel, owner, keeping="register") for _each in range(2))
    propose(waiting, owner)
    found = chosen(cast, "registrar")
    assert (found.goes, found.stays) == ([unnumbered], {Why.DIARY: [waiting]})


def test_only_the_half_year_in_swedish_time_and_only_the_committee(cast, channel, owner):
    other = make_channel(cast, "Annan", controller=cast.central.parent.parent)
    kept(other, owner)
    uncontrolled = make_channel(cast, "Utan", controller=None)
    inside = [
        kept(uncontrolled, owner, occurred_at=at) for at in (moment("2026-06-30T23:59"), moment("2026-01-01T00:00"))
    ]
    for outside in ("2026-07-01T00:00", "2025-12-31T23:59"):
        kept(channel, owner, occurred_at=moment(outside))
    units = {unit.pk: unit for unit in type(cast.unit).objects.all()}
    found = deliverable.select(cast.committee, date(2026, 1, 1), "e_archive", again=False, units=units)
    assert found.goes == [inside[1], inside[0]]


def moment(text):
    from datetime import datetime

    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


def test_a_unit_under_no_committee_is_its_own(cast):
    top = UnitFactory(name="Förbundet")
    below = UnitFactory(parent=top)
    units = {unit.pk: unit for unit in type(cast.unit).objects.all()}
    assert deliverable.body_of(units[below.pk], units) == top
    assert deliverable.body_of(units[cast.unit.pk], units) == cast.committee


def test_nothing_is_special_to_a_kind_of_record(cast, channel, owner):
    rows = [kept(channel, owner, kind=kind, direction="outgoing") for kind in Record.Kind.values]
    assert set(chosen(cast).goes) == set(rows)


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        ("tibro", ("shared_folder", "files", True)),
        ("overkalix", ("registrar", "files", True)),
        ("sunne", ("registrar", "files", False)),
    ],
)
@pytest.mark.policy("snapshot.delivery")
def test_the_policy_says_where_to(cast, preset, first):
    make_municipality()
    adopt_preset(preset, Actor(cast.administrator))
    found = deliverable.choices(deliverable.delivery_rule())
    assert (found[0].target, found[0].form, found[0].named) == first
    assert {one.target for one in found} == set(Delivery.Target.values)
    assert next(one.form for one in found if one.target == "e_archive") == "fgs"


@pytest.mark.policy("snapshot.delivery")
def test_the_policy_can_say_the_form(cast):
    text = loader.load_preset("tibro").original
    new = text.replace('kind = "shared_folder", name', 'kind = "e_archive", package = "bagit", name')
    assert new != text
    make_municipality()
    admin = Actor(cast.administrator)
    adopt(version_id=import_draft(toml_text=new, filename="t.toml", actor=admin).pk, actor=admin)
    first = deliverable.choices(deliverable.delivery_rule())[0]
    assert (first.target, first.form, first.named) == ("e_archive", "bagit", True)
    found = policy.policy()
    assert "Lämnas som BagIt." in " ".join(as_lines(found.rule(policy.keys.SNAPSHOT_DELIVERY), found))


# --- Preparing --------------------------------------------------------------------------------------------------------
def test_secret_records_are_in_a_package_of_their_own(cast, channel, owner, archivist):
    open_one, secret = kept(channel, owner), kept_secret(channel, owner)
    first, second = prepare(cast)
    assert [(row.secret, [one.record for one in row.record_rows.all()]) for row in (first, second)] == [
        (False, [open_one]),
        (True, [secret]),
    ]
    half = f"{timezone.localdate().year}-{1 if this_half().month == 1 else 2}"
    assert (first.name, second.name) == (f"kulturnamnden-{half}", f"kulturnamnden-{half}-sekretess")


def test_prepared_twice_it_is_done_once_and_later_records_go_by_themselves(cast, channel, owner, archivist):
    kept(channel, owner)
    (first,) = prepare(cast)
    assert prepare(cast) == [first]
    late = kept(channel, owner)
    (second,) = prepare(cast)
    assert [one.record for one in second.record_rows.all()] == [late]
    assert second.name == f"{first.name}-2"


def test_what_has_been_delivered_goes_again_only_when_asked(cast, channel, owner, archivist, send):
    row = kept(channel, owner)
    (first,) = prepare(cast)
    send(first)
    with pytest.raises(StateConflict, match="inget att leverera"):
        prepare(cast, actor=Actor(cast.registrar))
    assert prepare(cast, target="registrar", form="files") != []  # another receiver has not had it
    (again,) = prepare(cast, again=True)
    assert [one.record for one in again.record_rows.all()] == [row]
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryRecord.objects.create(delivery=again, record=row, number=0, target="e_archive")


def test_a_withdrawn_delivery_leaves_its_records_free(cast, channel, owner, archivist):
    kept(channel, owner)
    (first,) = prepare(cast)
    actions.withdraw_delivery(delivery_id=first.pk, actor=archivist)
    (second,) = prepare(cast)
    assert second.record_rows.count() == 1
    assert kinds(first) == ["prepared", "withdrawn"]


@pytest.mark.parametrize("starts_on", [date(2026, 2, 1), date(2090, 1, 1)])
def test_only_a_half_year_that_has_begun(cast, channel, owner, archivist, starts_on):
    with pytest.raises(InvalidInput) as refusal:
        prepare(cast, starts_on=starts_on)
    assert "half" in refusal.value.errors


@pytest.mark.parametrize("who", ["outsider", "owner", "strategist", "administrator", "nearest_manager"])
def test_only_archivist_and_registrar_prepare(cast, channel, owner, who):
    kept(channel, owner)
    with pytest.raises(NotPermitted):
        prepare(cast, actor=Actor(cast[who]))
    with pytest.raises(NotPermitted):
        prepare(cast, actor=SCHEDULER)
    assert not Delivery.objects.exists()


def test_whoever_covers_for_the_archivist_prepares_for_her(cast, channel, owner, archivist):
    AbsenceFactory(user=cast.archivist, substitute=cast.owner)
    kept(channel, owner)
    (row,) = prepare(cast, actor=Actor(cast.owner, covers=(cast.archivist,)))
    assert (row.prepared_by, row.prepared_for) == (cast.owner, cast.archivist)


# Copied by hand from what a delivery is.
ALLOWED = {
    ("prepared", "deliver"), ("prepared", "withdraw"), ("delivered", "receive"), ("delivered", "refuse"),
    ("refused", "prepare_again"), ("refused", "withdraw"),
}  # fmt: skip
JOB = {("writing", "finish"), ("writing", "stop")}


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("who", ["archivist", "registrar", "strategist", "administrator", "owner", "outsider", None])
def test_only_the_table_opens_a_step(cast, status, who):
    row = Delivery(status=status, committee=cast.committee, target="e_archive")
    actor = Actor(cast[who]) if who else SCHEDULER
    found = {(status, name) for name in DELIVERY.transitions if DELIVERY.why_not(name, row, actor) is None}
    wanted = ALLOWED if who in ("archivist", "registrar") else JOB if who is None else set()
    assert found == {pair for pair in wanted if pair[0] == status}


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_an_fgs_package_is_delivered_with_its_contents(cast, channel, owner, archivist, send, tmp_path):
    row = kept(channel, owner, 8, 9, text="Hej 👩‍👩‍👧 \u202e")
    (delivery,) = prepare(cast)
    send(delivery)
    assert (delivery.status, delivery.begun_by, delivery.problem) == (S.DELIVERED, cast.archivist, "")
    path = packing.place_of(delivery)
    assert sha256(path.read_bytes()).hexdigest() == delivery.package_sha256
    with zip_of(delivery) as found:
        found.extractall(tmp_path)
    root = tmp_path / delivery.name
    listed = {file.path: (file.size, file.sha256, file.sha512) for file in delivery.file_rows.all()}
    assert set(listed) == {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}
    for path, (size, digest, _longer) in listed.items():
        body = (root / path).read_bytes()
        assert (len(body), sha256(body).hexdigest()) == (size, digest)
    data = root / "representations/handlingar/data" / f"handling-{row.pk}"
    assert sorted(one.name for one in data.iterdir()) == ["01-bild-8.png", "02-bild-9.png", "handling.json"]
    facts = json.loads((data / "handling.json").read_text())
    assert (facts["text"], facts["author"], facts["direction"]["key"]) == (row.text, row.author, "incoming")
    for one in root.rglob("METS.xml"):
        mets_schema().assertValid(etree.parse(one))
    for one in root.rglob("premis.xml"):
        premis_schema().assertValid(etree.parse(one))
    assert broken_rules((root / "METS.xml").read_bytes(), "CSIP") == {"CSIP105"}
    assert kinds(delivery) == ["prepared", "begun", "delivered"]


def test_the_same_delivery_is_the_same_bytes(cast, channel, owner, archivist, send):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    send(delivery)
    first = packing.place_of(delivery).read_bytes()
    Delivery.objects.filter(pk=delivery.pk).update(status=S.WRITING, version=2)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert writing.resume_deliveries() == 1
    assert packing.place_of(delivery).read_bytes() == first


def test_a_bag_in_the_shared_folder_is_valid(cast, channel, owner, archivist, send, shared):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast, target="shared_folder", form="bagit")
    send(delivery)
    assert [one.name for one in shared.iterdir()] == [delivery.name]
    assert bagit.Bag(str(shared / delivery.name)).validate()


def test_the_folder_is_named_as_the_municipality_names_it(cast, channel, owner, archivist, send, shared):
    Municipality.objects.update(
        delivery_name="Sociala medier {år} {nämnd}", delivery_record_name="{plattform}/{kanal} {dag} {slag}"
    )
    rows = [kept(channel, owner, 8), kept(channel, owner, 9)]
    (delivery,) = prepare(cast, target="shared_folder", form="files")
    send(delivery)
    assert delivery.name == f"Sociala medier {timezone.localdate().year} Kulturnämnden"
    day = timezone.localdate(rows[0].occurred_at).isoformat()
    names = {str(one.parent.relative_to(shared / delivery.name)) for one in (shared / delivery.name).rglob("*.png")}
    plain = f"Biblioteket {day} Inlägg eller kommentar"
    assert names == {
        f"Facebook/{plain}",
        f"Facebook-{plain}-{rows[1].pk}",
    }  # the pattern alone would have mixed the two


def test_a_wrong_checksum_stops_it_with_the_name_of_the_file(cast, channel, owner, archivist, send, shared):
    kept(channel, owner, 8)
    bad = kept(channel, owner, 9)
    (delivery,) = prepare(cast, target="shared_folder", form="files")
    with changed_on_disk(bad):
        send(delivery)
    assert delivery.status == S.PREPARED
    assert delivery.problem == "Filen bild-9.png har fel kontrollsumma. Inget är levererat."
    assert list(shared.iterdir()) == []
    assert not DeliveryFile.objects.exists()
    assert kinds(delivery) == ["prepared", "begun", "stopped"]
    send(delivery)  # the file is as it was again
    assert (delivery.status, delivery.problem) == (S.DELIVERED, "")


def test_a_file_that_is_gone_stops_it_with_its_name(cast, channel, owner, archivist, send):
    row = kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    Path(row.file_rows.get().file.file.path).unlink()
    send(delivery)
    assert (delivery.status, delivery.problem) == (S.PREPARED, "Filen bild-8.png finns inte kvar. Inget är levererat.")


def test_a_record_that_became_secret_meanwhile_does_not_leave_in_the_open_package(
    cast, channel, owner, archivist, send
):
    row = kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    row.keeping, row.secrecy = "register", a_mark()
    row.save()
    send(delivery)
    assert delivery.status == S.PREPARED
    assert f"Handling {row.pk} har sekretessmarkerats" in delivery.problem
    assert not packing.place_of(delivery).exists()


def test_a_record_that_has_been_disposed_of_meanwhile_stops_it(cast, channel, owner, archivist, send):
    row = kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    delivery.record_rows.update(record=None)
    send(delivery)
    assert (delivery.status, delivery.problem[:30]) == (S.PREPARED, f"Handling {row.pk} finns inte kvar. Återta"[:30])


def test_what_somebody_else_has_put_in_the_folder_is_left_alone(cast, channel, owner, archivist, send, shared):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast, target="shared_folder", form="files")
    (shared / delivery.name).mkdir(parents=True)
    (shared / delivery.name / "eget.txt").write_text("rör inte")
    send(delivery)
    assert delivery.status == S.PREPARED
    assert "finns redan något annat" in delivery.problem
    assert [one.name for one in shared.rglob("*")] == [delivery.name, "eget.txt"]


def test_a_folder_that_is_not_set_is_said(cast, channel, owner, archivist, settings):
    settings.DELIVERY_FOLDER = ""
    kept(channel, owner)
    (delivery,) = prepare(cast, target="shared_folder", form="files")
    with pytest.raises(StateConflict, match="inte inställd"):
        actions.deliver(delivery_id=delivery.pk, actor=archivist)


def test_the_job_run_twice_writes_once(cast, channel, owner, archivist, send):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    send(delivery)
    assert writing.write_delivery(delivery.pk) is False
    assert kinds(delivery).count("delivered") == 1


def test_nothing_of_a_list_of_contents_is_changed_afterwards(cast, channel, owner, archivist, send):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    send(delivery)
    for act in (lambda rows: rows.update(sha256="0" * 64), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act(delivery.file_rows.all())
    with pytest.raises(ProgrammingError), transaction.atomic():
        Delivery.objects.filter(pk=prepare(cast, again=True)[0].pk)._raw_delete(using="default")


# --- The answer -------------------------------------------------------------------------------------------------------
@pytest.mark.policy("snapshot.delivery")
def test_a_registrars_number_comes_back_to_the_records(cast, channel, owner, archivist, send):
    ordered, unnumbered = kept(channel, owner), kept(channel, owner, keeping="register")
    (delivery,) = prepare(cast, target="registrar", form="files")
    send(delivery)
    waits = Obligation.objects.open().about(delivery).get(kind=RECEIPT)
    assert (waits.holder, waits.unit) == (cast.registrar, cast.committee)
    assert OutgoingMail.objects.get(to=cast.registrar.email).subject == f"Att diarieföra: leveransen {delivery.name}"
    registrar = Actor(cast.registrar)
    answer = {"delivery_id": delivery.pk, "number": " KS  2026/9", "on": timezone.localdate(), "actor": registrar}
    assert actions.receive_delivery(**answer) == actions.receive_delivery(**answer)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.receipt_number, delivery.answered_by) == (S.RECEIVED, "KS 2026/9", cast.registrar)
    ordered.refresh_from_db()
    unnumbered.refresh_from_db()
    assert (ordered.diary_number, unnumbered.diary_number) == ("", "KS 2026/9")
    assert not Obligation.objects.open().about(delivery).exists()
    assert kinds(delivery)[-1] == "received"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"number": "inget än"}, "number"), ({"days": 1}, "on"), ({"days": -1}, "on"), ({"number": ""}, "number")],
)
def test_a_receipt_that_cannot_be_is_refused_beside_its_field(cast, channel, owner, archivist, send, values, field):
    kept(channel, owner)
    (delivery,) = prepare(cast)
    send(delivery)
    on = timezone.localdate() + timedelta(days=values.get("days", 0))
    with pytest.raises(InvalidInput) as refusal:
        actions.receive_delivery(delivery_id=delivery.pk, number=values.get("number", "E-1"), on=on, actor=archivist)
    assert list(refusal.value.errors) == [field]


def test_a_refused_package_is_prepared_again_under_a_new_name(cast, channel, owner, archivist, send):
    kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    send(delivery)
    first, old = delivery.name, packing.place_of(delivery)
    with pytest.raises(InvalidInput):
        actions.refuse_delivery(delivery_id=delivery.pk, reason=" ", actor=archivist)
    actions.refuse_delivery(delivery_id=delivery.pk, reason="Fel arkivbildare.", actor=archivist)
    with pytest.raises(StateConflict):
        actions.receive_delivery(delivery_id=delivery.pk, number="E-1", on=timezone.localdate(), actor=archivist)
    with transaction.atomic():
        actions.prepare_delivery_again(delivery_id=delivery.pk, actor=archivist)
    send(delivery)
    assert (delivery.status, delivery.version, delivery.name) == (S.DELIVERED, 2, f"{first}-2")
    assert set(delivery.file_rows.values_list("version", flat=True)) == {1, 2}
    assert old != packing.place_of(delivery)
    assert kinds(delivery) == ["prepared", "begun", "delivered", "refused", "prepared_again", "begun", "delivered"]


def test_an_event_says_the_rule_and_never_what_the_records_say(cast, channel, owner, archivist, send):
    adopt_preset("tibro", Actor(cast.administrator))
    kept(channel, owner, 8)
    (delivery,) = prepare(cast)
    send(delivery)
    rows = Event.objects.filter(subject_type="archive.delivery")
    assert all("snapshot.delivery" in row.payload for row in rows)
    assert not any(said in row.payload for row in rows for said in ("Jag vet var du bor", "Kalle"))
