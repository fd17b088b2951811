"""The demo of each municipality: made by the product's own actions, once, whole, and nowhere but in the demo.

And the set-up of a real municipality, which uses the same first acts.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.checks import demo_people_that_can_sign_in
from accounts.models import Absence, Acknowledgement, Appointment, Unit, User
from archive.models import DiarySheet
from channels import clock
from channels.attachments import sniff
from channels.demo import load as loading
from channels.demo.content import NAMES, Content, load_content
from channels.demo.documents import plain_pdf
from channels.demo.load import load_demo, reset_demo, sign_ins
from channels.demo.people import PASSWORD
from channels.models import (
    Application,
    ApprovalStep,
    Attachment,
    Channel,
    ChannelAddress,
    ChannelChange,
    Obligation,
    Platform,
)
from channels.upkeep import reconcile
from kommun import colour, policy
from kommun.errors import NotPermitted, StateConflict
from kommun.events import verify_chain
from kommun.models import Event, Municipality, OutgoingMail, PolicyVersion
from kommun.policy import keys
from kommun.setup import register_municipality
from moderation.demo.load import load_cases
from moderation.models import Case, Tip

A, C, S = Application.Status, Channel.Status, ApprovalStep.Status


@dataclass(frozen=True)
class Loaded:
    """A loaded demo and what its file says."""

    content: Content
    said: str

    @property
    def planned(self) -> Counter[str]:
        return Counter(row.state for row in self.content.channels)


def _seal_now() -> None:
    """The seals are written at commit, which the tests never reach."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


CHECKS: list[Callable[[Loaded], None]] = []


def check(function: Callable[[Loaded], None]) -> Callable[[Loaded], None]:
    """Add a check to those that every municipality's demo goes through. It takes seconds to load, so once is enough."""
    CHECKS.append(function)
    return function


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_the_demo_of_each_municipality(name: str, settings: Any, tmp_path: Any, subtests: pytest.Subtests) -> None:
    settings.DEMO, settings.MEDIA_ROOT = True, str(tmp_path)
    out = StringIO()
    call_command("demo", kommun=name, stdout=out)
    _seal_now()
    demo = Loaded(load_content(name), out.getvalue())
    for checked in CHECKS:
        with subtests.test(checked.__name__):
            checked(demo)


# --- What is there ----------------------------------------------------------------------------------------------------
@check
def it_is_the_municipality_with_its_own_policy_and_readable_colours(demo: Loaded) -> None:
    municipality, version = Municipality.current(), policy.in_force()
    assert municipality is not None
    assert version is not None
    assert (municipality.slug, version.municipality) == (demo.content.municipality.slug,) * 2
    assert colour.contrast(municipality.brand_colour, colour.WHITE) >= colour.READABLE
    assert not colour.is_close_to_error_red(municipality.brand_colour)


def test_colours_tell_the_municipalities_apart() -> None:
    found = [load_content(name).municipality.brand_colour for name in NAMES]
    pairs = [(one, other) for index, one in enumerate(found) for other in found[index + 1 :]]
    assert all(colour.distance(one, other) > colour.CLOSE / 2 for one, other in pairs)


@check
def there_are_channels_in_every_state(demo: Loaded) -> None:
    planned = demo.planned
    assert 8 <= planned["open"] <= 14
    assert Channel.objects.filter(status=C.ACTIVE).count() == planned["open"]
    assert Channel.objects.filter(status=C.DECIDED).count() == planned["decided"] == 1
    assert Counter(Application.objects.values_list("status", flat=True)) == {
        status: count
        for status, count in {
            A.APPROVED: planned["open"] + planned["decided"],
            A.DRAFT: planned["draft"],
            A.SUBMITTED: planned["waiting"],
            A.CHANGES_REQUESTED: planned["returned"],
            A.REFUSED: planned["refused"],
            A.WITHDRAWN: planned["withdrawn"],
        }.items()
        if count
    }
    assert planned["draft"]
    assert planned["waiting"]
    assert planned["returned"]
    assert planned["refused"] + planned["withdrawn"]
    assert ChannelChange.objects.filter(status=ChannelChange.Status.PROPOSED).count() == 1
    assert ChannelAddress.objects.filter(valid_to__isnull=False).count() == 1
    assert Channel.objects.filter(visibility=Channel.Visibility.INTERNAL).exists() == (
        any(row.visibility == "internal" for row in demo.content.channels)
    )


@check
def every_person_is_a_role_with_an_address_that_leads_nowhere(demo: Loaded) -> None:
    people = list(User.objects.all())
    domain = f"@demo.{demo.content.municipality.slug}.example"
    assert all(
        user.email.endswith(domain) and user.name == user.title and user.check_password(PASSWORD) for user in people
    )
    mails = OutgoingMail.objects.values_list("to", flat=True)
    assert mails
    assert all(to.endswith(domain) for to in mails)


@check
def every_unit_has_a_manager_and_every_role_is_held(demo: Loaded) -> None:
    assert not Unit.objects.exclude(kind=Unit.Kind.COMMITTEE).filter(manager__isnull=True).exists()
    assert set(Appointment.objects.values_list("role", flat=True)) == set(Appointment.Role.values)
    assert Unit.objects.filter(central=True).count() == 1
    assert Absence.objects.filter(substitute__isnull=True).exists()  # leave without cover has something to show


# --- How it came there ------------------------------------------------------------------------------------------------
def _kinds(subject: Any) -> list[str]:
    rows = Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("pk")
    assert set(rows.values_list("door", flat=True)) <= {"demo"}
    return list(rows.values_list("kind", flat=True))


@check
def every_channel_went_the_whole_way(demo: Loaded) -> None:
    """Applied for, answered by everybody whom the policy names, decided, and opened: nothing is inserted behind."""
    for channel in Channel.objects.select_related("application"):
        application = channel.application
        kinds = _kinds(application)
        assert kinds[0] == "application.started"
        assert kinds[-2:] == ["application.submitted", "application.decided"]
        assert set(kinds[1:-2]) <= {"application.saved", "application.file_attached", "application.read"}
        assert "application.saved" in kinds
        came, kept = _kinds(channel)[:2], _kinds(channel)[2:]
        assert came == ["channel.decided"] + (["channel.opened"] if channel.status == C.ACTIVE else [])
        assert set(kept) <= {"channel.attested", "channel.access_tested", "channel.confirmed", "channel.watched"}
        _check_chain(application)


@check
def the_register_is_kept_and_something_is_left_to_do(demo: Loaded) -> None:
    """One channel is soon to be confirmed, one has not attested what it shows, and the others are as they should be."""
    due = Obligation.objects.open().get(kind=clock.CONFIRM)
    assert due.due_at is not None
    assert due.opened_at <= timezone.now() < due.due_at
    assert Obligation.objects.open().get(kind=clock.ATTEST).channel != due.channel
    assert Channel.objects.filter(confirmed_on__isnull=False).count() >= 2
    assert reconcile(timezone.now()) == 0


def _check_chain(application: Application) -> None:
    rule = policy.rule(keys.APPROVAL_CHAIN, version=application.policy_version)
    assert rule is not None
    steps = list(application.steps.order_by("position"))
    assert [(step.kind, step.role, step.group) for step in steps] == [
        (step.kind, step.role, step.group) for step in rule.value.steps
    ]
    for step in steps:
        answer = "approve" if step.kind == "approve" else "consult"
        assert _kinds(step) == ["step.opened", f"step.{answer}"]
        assert step.decided_by_id not in {None, application.applicant_id}
        assert step.note
    assert application.decision.document["steps"]


@check
def every_row_has_its_event(demo: Loaded) -> None:
    made = {
        "municipality.registered": Municipality,
        "unit.added": Unit,
        "person.added": User,
        "appointment.added": Appointment,
        "platform.added": Platform,
        "application.started": Application,
        "channel.decided": Channel,
        "application.file_attached": Attachment,
        "application.read": Acknowledgement,
        "change.proposed": ChannelChange,
        "absence.registered": Absence,
        "policy.adopted": PolicyVersion,
    }
    events = Counter(Event.objects.values_list("kind", flat=True))
    assert {kind: events[kind] for kind in made} == {
        kind: model._default_manager.count() for kind, model in made.items()
    }
    assert events["demo.loaded"] == 1


@check
def the_chain_of_seals_holds(demo: Loaded) -> None:
    report = verify_chain()
    assert report.problems == []
    assert report.count == Event.objects.count() > 200


@check
def every_open_channel_has_the_people_that_the_policy_asks_for(demo: Loaded) -> None:
    for channel in Channel.objects.filter(status=C.ACTIVE).select_related("platform", "deputy"):
        scope = policy.Scope(platform_kind=channel.platform.kind)
        minimum = policy.rule(keys.MINIMUM_ADMINISTRATORS, scope)
        assert minimum is not None
        assert channel.administrators.count() >= minimum.value.count
        assert channel.deputy is not None
        assert channel.deputy != channel.owner
        assert channel.address is not None
        assert channel.controller is not None
        shown = policy.rule(keys.ACCOUNT_INFORMATION, scope)
        assert shown is not None
        asked = {item.key for item in shown.value.items if (item.strength or shown.strength) == "ska"}
        assert asked <= set(channel.display_items.exclude(text="").values_list("item", flat=True))


@check
def what_must_be_read_and_attached_is(demo: Loaded) -> None:
    rule = policy.rule(keys.PRESTART_DOCUMENTS)
    if rule is None:
        assert not Attachment.objects.exists()
        return
    for channel in Channel.objects.filter(status=C.ACTIVE):
        read = set(channel.owner.acknowledgements.values_list("document", flat=True))
        assert {reading.key for reading in rule.value.readings} <= read
        files = {row.document: row for row in channel.application.attachments.all()}
        assert {file.key for file in rule.value.attachments} == set(files)
        for row in files.values():
            with row.file.open("rb") as stored:
                assert sniff(stored) == "application/pdf"


# --- What is said in the channels -------------------------------------------------------------------------------------
@check
def the_queue_has_something_of_everything(demo: Loaded) -> None:
    """A question, a threat preserved and hidden, praise, a case with the registrar, one late, and a tip not yet judged."""
    now, planned = timezone.now(), Counter((row.kind, row.then) for row in load_cases())
    assert Case.objects.count() == sum(planned.values()) == len(load_cases())
    threat = Case.objects.get(category="unlawful_threat")
    assert (threat.status, threat.evidence.get().file.content_type) == ("hidden", "image/png")
    assert threat.preserved_at < threat.hidden_at
    asked = Case.objects.get(handed_at__isnull=False)
    assert DiarySheet.objects.get(record=asked.record).status == DiarySheet.Status.PROPOSED
    assert Case.objects.open().filter(kind="question", due_at__lte=now).count() == 1
    assert Case.objects.open().filter(kind="question", due_at__gt=now).exists()
    assert Case.objects.open().filter(kind="opinion", claimed_by__isnull=True).exists()
    assert Tip.objects.get().case.category == ""
    assert Case.objects.filter(outcome="answered").count() == planned["question", "answer"]


@check
def every_case_is_of_the_people_who_answer_for_the_channel(demo: Loaded) -> None:
    for case in Case.objects.select_related("channel"):
        assert set(_kinds(case)) <= {
            "case.opened", "case.preserved", "case.hidden", "case.handed_over", "case.claimed", "case.answered",
        }  # fmt: skip
        assert case.opened_by_id == case.channel.owner_id
        assert case.author not in set(User.objects.values_list("name", flat=True))


# --- The command ------------------------------------------------------------------------------------------------------
@check
def it_prints_who_can_sign_in_and_the_password_once(demo: Loaded) -> None:
    assert demo.said.count(PASSWORD) == 1
    rows = sign_ins(demo.content)
    assert len(rows) >= 9
    for row in rows:
        assert re.search(rf"{row.role}\s+{row.email}", demo.said)
        assert Client().login(email=row.email, password=PASSWORD)
    assert "finns bara i demon" in demo.said


@check
def a_second_run_changes_nothing_and_says_the_same(demo: Loaded) -> None:
    before = (Event.objects.count(), Channel.objects.count(), Case.objects.count(), OutgoingMail.objects.count())
    out = StringIO()
    with CaptureQueriesContext(connection) as asked:
        call_command("demo", kommun=demo.content.municipality.slug, stdout=out)
    assert len(asked) <= 6
    after = (Event.objects.count(), Channel.objects.count(), Case.objects.count(), OutgoingMail.objects.count())
    assert after == before
    assert out.getvalue() == demo.said


@check
def another_municipality_is_not_poured_into_the_same_database(demo: Loaded) -> None:
    other = next(name for name in NAMES if name != demo.content.municipality.slug)
    with pytest.raises(CommandError, match="Databasen har redan"):
        call_command("demo", kommun=other, stdout=StringIO())


@check
def a_production_start_refuses_the_people_of_the_demo(demo: Loaded) -> None:
    [error] = demo_people_that_can_sign_in()
    assert error.id == "accounts.E003"


@check
def the_public_pages_show_it(demo: Loaded) -> None:
    """Real pages over real content: every open public channel has its page, and the others have none."""
    shown = Client().get("/kanaler/").content.decode()
    for channel in Channel.objects.all():
        visible = channel.is_open and channel.visibility == Channel.Visibility.PUBLIC
        assert Client().get(channel.get_absolute_url()).status_code == (200 if visible else 404)
        assert (f'href="{channel.get_absolute_url()}"' in shown) == visible


@pytest.mark.django_db
@pytest.mark.parametrize("options", [{}, {"reset": True}])
def test_outside_the_demo_it_is_refused(settings: Any, options: dict[str, bool]) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="bara in i demon"):
        call_command("demo", kommun="tibro", stdout=StringIO(), **options)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_cut_off_midway_it_leaves_nothing_and_the_next_run_starts_over(
    settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.DEMO, settings.MEDIA_ROOT = True, str(tmp_path)
    content = load_content("forshaga").model_copy(update={"channels": (), "absences": ()})

    def cut_off(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(loading, "add_register", cut_off)
        with pytest.raises(KeyboardInterrupt):
            load_demo(content)
    assert not Municipality.objects.exists()
    assert not Event.objects.exists()

    assert load_demo(content) is True
    assert load_demo(content) is False
    assert verify_chain().problems == []
    # Reset empties what is the demo's own, and then it can be loaded again.
    reset_demo()
    assert not User.objects.exists()
    assert load_demo(content) is True
    # Somebody who is not of the demo: the database is not ours to empty.
    User.objects.create(username="nagon", email="nagon@kommunen.example")
    with pytest.raises(NotPermitted, match="inte hör till demon"):
        reset_demo()
    assert Municipality.objects.exists()


@pytest.mark.django_db
def test_a_database_that_was_set_up_by_hand_is_left_alone(settings: Any) -> None:
    settings.DEMO = True
    _set_up(name="Tibro kommun")
    with pytest.raises(StateConflict, match="Databasen har redan Tibro kommun"):
        load_demo(load_content("tibro"))


def test_an_unknown_key_in_a_demo_file_is_told() -> None:
    data = load_content("tibro").model_dump()
    data["channels"][0]["owner"] = "ingen-sadan"
    with pytest.raises(ValueError, match="ingen-sadan"):
        Content.model_validate(data)


def test_a_long_plan_becomes_a_pdf_of_several_pages() -> None:
    found = plain_pdf("Plan (åäö) \\", ["Ett stycke om kanalen. " * 40] * 20)
    assert found.startswith(b"%PDF-1.4")
    assert found.count(b"/Type /Page ") == int(re.search(rb"/Count (\d+)", found)[1]) > 1
    assert r"Plan (åäö) \\".replace("(", r"\(").replace(")", r"\)").encode("cp1252") in found
    start = int(found.rsplit(b"startxref\n", 1)[1].split()[0])
    assert found[start : start + 4] == b"xref"
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", found), start=1):
        assert found[int(place) :].startswith(b"%d 0 obj" % number)


# --- A real municipality ----------------------------------------------------------------------------------------------
def _set_up(**options: Any) -> str:
    out = StringIO()
    defaults = {
        "policy": "tibro",
        "name": "Ekhults kommun",
        "website": "https://www.ekhult.example",
        "admin_email": "Admin@ekhult.example",
    }
    call_command("setup", stdout=out, **{**defaults, **options})
    return out.getvalue()


@pytest.mark.django_db
def test_setup_makes_a_municipality_with_policy_platforms_and_an_administrator() -> None:
    said = _set_up()
    municipality, administrator = Municipality.objects.get(), User.objects.get()
    assert (municipality.short_name, municipality.slug) == ("Ekhults", "ekhults")
    assert municipality.contact_email == "kommun@ekhult.example"
    assert administrator.has_perm("kommun.administer")
    assert not administrator.is_superuser
    assert not administrator.has_usable_password()
    assert Appointment.objects.get().role == Appointment.Role.ADMINISTRATOR
    assert policy.in_force() is not None
    assert Platform.objects.count() >= 15
    _seal_now()
    assert verify_chain().problems == []

    link = re.search(r"/konto/losenord/nytt/\S+", said)
    assert link is not None
    browser = Client()
    page = browser.get(link[0], follow=True)
    new = "en-ny-hemlighet-om-kanaler"
    answer = browser.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    administrator.refresh_from_db()
    assert administrator.check_password(new)
    # Once: afterwards the same link opens nothing.
    again = Client().get(link[0], follow=True)
    assert 'name="password1"' not in again.content.decode()


@pytest.mark.django_db
def test_setup_refuses_to_run_twice() -> None:
    _set_up()
    before = Event.objects.count()
    with pytest.raises(CommandError, match="redan uppsatt för Ekhults kommun"):
        _set_up(name="Andra kommunen")
    assert Event.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"policy": "finns-inte.toml"}, "Regelverket går inte att använda"),
        ({"website": "ekhult"}, "webbadress|URL|giltig"),
        ({"admin_email": "ingen adress"}, "ingen e-postadress"),
        ({"name": "x" * 101}, "tecken"),
    ],
)
def test_setup_says_what_is_wrong_and_leaves_nothing(options: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        _set_up(**options)
    assert not Municipality.objects.exists()
    assert not PolicyVersion.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_nobody_sets_up_the_installation_from_a_page() -> None:
    somebody = SimpleNamespace(user_id=1, on_behalf_of_id=None, label="", door="web")
    with pytest.raises(NotPermitted, match="kommandoraden"):
        register_municipality(name="X", actor=somebody)
