"""The package for the police: what is in it, who may have it, and that each one is in the log (removal.police_report)."""

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
import weasyprint
from django.urls import reverse
from django.utils import timezone
from PIL import ImageFile
from weasyprint.urls import FatalURLFetchingError

from accounts.models import Appointment
from accounts.organisation import Organisation
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted
from kommun.events import events_about
from moderation import handling_rules, police_pdf
from moderation.actions import police, registering
from moderation.actions.conflicts import declare_conflict
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case
from tests.factories import AppointmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(tibro, channel, owner):
    return bring_to(
        "hidden", open_case(channel, owner, category=THREAT["tibro"], text="Ett hot.\u2028Rad två 😡"), owner
    )


def fetch(case, person):
    made = police.fetch_package(case_id=case.pk, actor=actor_of(person))
    return made, zipfile.ZipFile(io.BytesIO(made.content))


@pytest.mark.policy("removal.police_report")
def test_pdf_files_and_a_list_with_the_checksum_of_each(case, cast):
    made, archive = fetch(case, cast.strategist)
    stored = case.evidence.get().file
    names = archive.namelist()
    assert names == ["anmalan.pdf", "bevis/01-skärmbild.png", "innehall.json"]
    listed = json.loads(archive.read("innehall.json"))
    assert [row["file"] for row in listed["files"]] == names[:2]
    for row in listed["files"]:
        content = archive.read(row["file"])
        assert (row["sha256"], row["size"]) == (sha256(content).hexdigest(), len(content))
    assert listed["files"][1]["sha256"] == stored.sha256
    assert archive.read("anmalan.pdf").startswith(b"%PDF-1.7")
    assert made.sha256 == sha256(made.content).hexdigest()


def test_the_page_tells_what_was_seen_when_and_by_whom(case, cast, monkeypatch):
    seen = {}
    monkeypatch.setattr(police_pdf, "pdf", lambda page: seen.update(page=page) or b"%PDF")
    fetch(case, cast.strategist)
    stored = case.evidence.get().file
    for told in ("Ett hot.", case.author, stored.sha256, "Hets mot folkgrupp", "Kommunen fick veta", "Bibliotekarie"):
        assert told in seen["page"]
    assert "\u2028" not in seen["page"]


def test_each_that_leaves_is_in_the_log_with_its_checksum(case, cast):
    made, _archive = fetch(case, cast.strategist)
    fetch(case, cast.nearest_manager)
    rows = events_about(fresh(case)).filter(kind="police.package_fetched")
    assert [row.actor_id for row in rows] == [cast.strategist.pk, cast.nearest_manager.pk]
    assert made.sha256 in rows[0].payload
    assert "Ett hot" not in rows[0].payload


# By hand, from the rule: whom it names as contact or reporter; and the manager, communications and the security coordinator.
#   Sunne and Tibro name nobody, so whoever answers for the channel makes the report; Nora and Överkalix name others.
READS = {
    "sunne": {"owner", "deputy", "nearest_manager", "department_head", "strategist"},
    "tibro": {"owner", "deputy", "nearest_manager", "department_head", "strategist"},
    "nora": {"nearest_manager", "department_head", "strategist"},
    "overkalix": {"nearest_manager", "department_head", "strategist"},
}


@pytest.mark.policy("removal.police_report")
@pytest.mark.parametrize("preset", READS)
def test_not_everybody_who_reads_the_case_has_the_package(preset, policy, cast, channel, owner):
    policy(preset)
    case = bring_to("preserved", open_case(channel, owner, category=THREAT[preset]), owner)
    coordinator = UserFactory(title="Säkerhetssamordnare")
    AppointmentFactory(user=coordinator, role=Appointment.Role.SECURITY_COORDINATOR)
    today = Organisation.load(timezone.localdate())
    people = {**dict(cast.people()), "security_coordinator": coordinator}
    may = {name for name, person in people.items() if handling_rules.why_not_package(person, today, case) is None}
    assert may == READS[preset] | {"security_coordinator"}


def test_a_conflict_of_interest_closes_it(case, cast):
    declare_conflict(case_id=case.pk, person_id=cast.strategist.pk, ground="target", actor=actor_of(cast.strategist))
    with pytest.raises(NotPermitted, match="jävig"):
        fetch(case, cast.strategist)


def test_of_child_abuse_material_there_are_words_only(tibro, cast, channel, owner):
    case = open_case(channel, owner, category="child_abuse_material", words="En bild på ett barn.")
    _made, archive = fetch(case, cast.strategist)
    assert archive.namelist() == ["anmalan.pdf", "innehall.json"]


def test_a_document_fetches_nothing(settings):
    with pytest.raises(FatalURLFetchingError):
        police_pdf.pdf('<html lang="sv"><img src="http://127.0.0.1:1/x.png" alt=""></html>')
    with pytest.raises(FatalURLFetchingError):
        police_pdf.pdf('<html lang="sv"><img src="file:///etc/hostname" alt=""></html>')
    assert weasyprint.__version__.startswith("70.")


def test_a_stored_file_that_is_not_what_was_stored_is_not_handed_on(case, cast):
    stored = case.evidence.get().file
    with open(stored.file.path, "ab") as file:  # noqa: PTH123
        file.write(b"x")
    with pytest.raises(ValueError, match="not what was stored"):
        fetch(case, cast.strategist)


def test_number_contact_and_a_day_to_ask_again(case, cast):
    given = {"number": "5000-K1-26", "contact": "Utredare, Karlstad", "outcome": ""}
    day = timezone.localdate() + timedelta(days=30)
    strategist = actor_of(cast.strategist)
    with pytest.raises(InvalidInput):
        police.follow_up(case_id=case.pk, follow_up_on=day, actor=strategist, **given)  # not reported yet
    registering.decide_police(case_id=case.pk, reported=True, actor=strategist)
    with pytest.raises(InvalidInput):
        police.follow_up(
            case_id=case.pk, follow_up_on=timezone.localdate() - timedelta(days=1), actor=strategist, **given
        )
    row = police.follow_up(case_id=case.pk, follow_up_on=day, actor=strategist, **given)
    due = Obligation.objects.open().about(row).get()
    assert (fresh(case).police_number, due.kind, due.holder) == ("5000-K1-26", "ask_police", cast.strategist)
    police.follow_up(case_id=case.pk, follow_up_on=day + timedelta(days=7), actor=strategist, **given)
    assert Obligation.objects.open().about(row).get().due_at > due.due_at
    police.follow_up(case_id=case.pk, follow_up_on=day, actor=strategist, **{**given, "outcome": "Nedlagd."})
    assert not Obligation.objects.open().about(row).exists()


def test_the_pages_answer_by_the_rule(case, cast, client):
    codes = {}
    for name in ("owner", "nearest_manager", "strategist", "registrar", "outsider"):
        client.force_login(cast[name])
        page = client.get(reverse("moderation:police", args=[case.pk])).status_code
        codes[name] = (page, client.post(reverse("moderation:police_package", args=[case.pk])).status_code)
    assert codes["owner"] == codes["nearest_manager"] == codes["strategist"] == (200, 200)
    assert codes["outsider"] == (404, 404)
    assert codes["registrar"] == (403, 403)
    assert events_about(fresh(case)).filter(kind="police.package_fetched").count() == sum(
        codes[name][1] == 200 for name in codes
    )


def test_making_pdfs_lets_no_broken_picture_in():
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
