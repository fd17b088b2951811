"""Units and people from a file, for administrators."""

import pytest

from accounts.importing import write_people
from accounts.models import Unit, User
from channels import exporting
from channels.models import ImportRow, ImportRun
from kommun.errors import NotPermitted
from kommun.events import events_about
from kommun.models import OutgoingMail
from tests.factories import UnitFactory, UserFactory
from tests.files import text_file
from tests.imports import said, verdicts

pytestmark = pytest.mark.django_db
S, V = ImportRun.State, ImportRow.Verdict
UNITS = ["Nyckel", "Enhet", "Slag", "Hör till", "Chef", "Registrator", "E-post", "Telefon", "Kommunikationsenhet"]
PEOPLE = ["E-post", "Namn", "Befattning", "Enhet", "Telefon"]


def units(office, *rows, header=UNITS):
    return office.rows(*rows, header=header, kind="units")


def people(office, *rows, **kwargs):
    return office.rows(*rows, header=PEOPLE, kind="people", **kwargs)


def test_a_whole_organisation_comes_in_whatever_the_order_of_its_rows(office):
    run = units(
        office,
        [
            "",
            "Musikskolan",
            "Enhet",
            "Barnförvaltningen",
            office.cast.owner.email,
            "Registrator",
            "musik@ekhult.example",
            "0100-1",
            "nej",
        ],
        ["", "Barnförvaltningen", "förvaltning", "Barnnämnden"],
        ["", "Barnnämnden", "Nämnd"],
        ["", "Lekparken", "", "Musikskolan"],
    )
    assert said(run) == []
    assert said(run, "remarks") == ["Slaget saknas. Den läggs in som enhet."]
    office.accept(run)
    music = Unit.objects.get(name="Musikskolan")
    assert [unit.name for unit in Unit.objects.get(name="Lekparken").ancestors()] == [
        "Lekparken",
        "Musikskolan",
        "Barnförvaltningen",
        "Barnnämnden",
    ]
    assert (music.kind, music.slug, music.manager, music.registrar) == (
        "unit",
        "musikskolan",
        office.cast.owner,
        office.cast.registrar,
    )
    assert events_about(music).get().kind == "unit.imported"
    assert music.history.first().history_user == office.cast.administrator
    again = units(
        office,
        ["", "Musikskolan", "Enhet", "Barnförvaltningen"],
        ["", "Barnnämnden", "Nämnd", "", "", "", "barn@ekhult.example"],
    )
    assert verdicts(again) == ["same", "change"]
    office.accept(again)
    assert Unit.objects.get(name="Barnnämnden").email == "barn@ekhult.example"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "", "Enhet"], "Skriv vad enheten heter"),
        (["finns-ej", "A"], "Nyckeln finns inte"),
        (["", "A", "Bolag"], "Skriv nämnd, förvaltning eller enhet"),
        (["", "A", "Enhet", "Finns inte"], "Lägg den på en egen rad"),
        (["", "A", "Enhet", "A"], "höra till sig själv"),
        (["", "A", "Enhet", "", "", "", "ingen adress"], "ingen e-postadress"),
        (["", "A", "Enhet", "", "", "", "", "", "kanske"], "ja eller nej"),
        (["", "Dubbel"], "Flera enheter heter så"),
    ],
)
def test_what_is_wrong_with_a_unit_is_said(office, row, reason):
    UnitFactory.create_batch(2, name="Dubbel")
    assert reason in " ".join(said(units(office, row)))


def test_units_in_a_circle_are_refused_also_through_the_register(office):
    run = units(
        office, ["", "A", "Enhet", "B"], ["", "B", "Enhet", "C"], ["", "C", "Enhet", "A"], ["", "D", "Enhet", "A"]
    )
    assert verdicts(run) == ["error", "error", "error", "error"]
    assert "har fel på sin egen rad" in said(run)[3]
    above = units(office, ["", "Kulturnämnden", "", "Biblioteksenheten"])
    assert "cirkel" in said(above)[0]


def test_a_unit_below_one_that_has_errors_is_not_left_hanging(office):
    run = units(office, ["", "A", "Enhet", "B"], ["", "B", "Bolag"])
    assert verdicts(run) == ["error", "error"]


def test_people_come_in_without_a_role_and_with_mail_only_when_asked(office):
    cast = office.cast
    run = people(
        office,
        ["Ny.Person@Kommunen.example", "Badmästare", "Badmästare", "Biblioteksenheten", "0100"],
        [cast.owner.email, "", "Chef", "Finns inte"],
    )
    assert verdicts(run) == ["create", "change"]
    assert said(run, "remarks") == ["Ingen enhet heter ”Finns inte”."]
    office.accept(run)
    new = User.objects.get(email="ny.person@kommunen.example")
    assert (new.unit, new.username, new.has_usable_password(), new.is_staff) == (cast.unit, new.email, False, False)
    assert new.emailaddress_set.get().verified
    assert new.appointments.count() == 0
    assert events_about(new).get().kind == "person.imported"
    cast.owner.refresh_from_db()
    assert (cast.owner.title, cast.owner.unit) == ("Chef", cast.unit)
    assert not OutgoingMail.objects.exists()
    office.bring_in(text_file([PEOPLE, ["brev@kommunen.example", "Vaktmästare"]]), kind="people", send_mail=True)
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["brev@kommunen.example"]


def test_what_is_wrong_with_a_person_is_said(office):
    gone = UserFactory(username="borta", is_active=False)
    other = UserFactory(username="annan")
    other.emailaddress_set.create(email="extra@kommunen.example", verified=False)
    run = people(
        office,
        ["", "Utan adress"],
        ["fel", "Fel"],
        ["namnlos@kommunen.example", ""],
        [gone.email, "Nytt namn"],
        ["extra@kommunen.example", "Extra"],
        ["a@kommunen.example", "A"],
        ["A@kommunen.example", "A igen"],
    )
    assert verdicts(run) == ["error", "error", "error", "error", "error", "create", "error"]
    reasons = [
        "Skriv personens e-postadress",
        "ingen e-postadress",
        "vad personen heter",
        "inte längre aktiv",
        "Någon annan har redan",
        "Står redan på rad 7",
    ]
    assert [reason for reason in reasons if not any(reason in text for text in said(run))] == []


def test_only_an_administrator_writes(office):
    with pytest.raises(NotPermitted):
        write_people([], run_id=1, send_mail=False, actor=office.actor, tell=lambda done: None)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_units_and_people_that_are_taken_out_come_in_again_unchanged(office, form):
    UnitFactory.create_batch(2, name="Dubbel", parent=office.cast.unit)
    UserFactory(unit=Unit.objects.filter(name="Dubbel").first(), name="=Formel", phone="+46 100")
    for kind, rows in (("units", exporting.unit_rows()), ("people", exporting.people_rows())):
        run = office.read(exporting.written(form, exporting.header_of(kind), rows), kind=kind, name=f"x.{form}")
        assert [(row.title, row.said) for row in run.rows.exclude(verdict=V.SAME)] == []
        assert run.rows.count() > 5
