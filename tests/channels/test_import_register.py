"""Channels from a file: what each row would do, and which files and columns are understood."""

import pytest
from django.utils import timezone

from accounts.actor import Actor
from channels import clock, exporting, queries
from channels.actions.importing import accept_import, choose_columns
from channels.models import Channel, ChannelAddress, ImportRow, ImportRun, Obligation
from kommun.errors import InvalidInput, StateConflict
from kommun.events import events_about
from kommun.models import OutgoingMail
from tests.applications import adopt_preset
from tests.files import REAL, text_file, workbook
from tests.imports import HEADER, said, verdicts
from tests.public_scene import make_channel

pytestmark = pytest.mark.django_db
S, V = ImportRun.State, ImportRow.Verdict


# --- Real lists -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_list_comes_in_and_a_second_time_changes_nothing(office, path):
    run = office.read(path.read_bytes())
    assert run.state == S.READY
    wrong = [row for row in run.rows.all() if row.verdict == V.ERROR]
    assert [row.title for row in wrong] == (["Skolans blogg på sunne.se"] if path.stem == "sunne" else [])
    assert Channel.objects.count() == 0
    office.accept(run)
    assert run.state == S.DONE
    assert Channel.objects.count() == run.rows.filter(verdict=V.CREATE).count() > 0
    for channel in Channel.objects.all():
        assert (channel.status, channel.opened_on, channel.owner) == (
            "active",
            timezone.localdate(),
            office.cast.strategist,
        )
        (event,) = events_about(channel)
        assert event.kind == "channel.imported"
        assert channel.history.get().history_user == office.cast.strategist
    again = office.read(path.read_bytes())
    assert {row.verdict for row in again.rows.all()} - {V.ERROR} == {V.SAME}
    assert again.rows.filter(verdict=V.ERROR).count() == len(wrong)
    with pytest.raises(StateConflict, match="inget att föra in"):
        accept_import(run_id=again.pk, reading=again.reading, actor=office.actor)


def test_what_a_real_list_lacks_is_noted_and_not_refused(office):
    nora = office.read(next(path for path in REAL if path.stem == "nora").read_bytes())
    (row,) = nora.rows.all()
    assert row.said["missing"] == ["unit", "owner", "deputy", "administrators", "purpose"]
    remarks = " ".join(said(nora, "remarks"))
    assert "Ingen enhet heter ”näringsliv”" in remarks
    assert "Saknas: verksamhet, kontoansvarig, ersättare, administratörer, syfte." in remarks
    office.accept(nora)
    channel = Channel.objects.get()
    assert channel.address.url == "https://www.facebook.com/norakommunnaringsliv"
    assert channel.provisional == ["owner", "unit"]
    to_do = Obligation.objects.open().get(channel=channel, kind=clock.COMPLETE)
    assert to_do.holder == office.cast.strategist
    assert '"missing":["unit","owner"' in events_about(channel).get().payload


def test_an_unknown_platform_is_said_beside_its_row(office):
    run = office.read(next(path for path in REAL if path.stem == "sunne").read_bytes())
    (row,) = run.rows.filter(verdict=V.ERROR)
    assert row.number == 8
    label, text = row.said["errors"][0]
    assert label == "Plattform"
    assert "”egen bloggplattform” finns inte" in text
    near = office.rows(["", "Bad", "Facebok", "", "", "", "", "", ""])
    assert "Menar du Facebook?" in said(near)[0]


# --- One row at a time ------------------------------------------------------------------------------------------------
def test_a_row_with_everything_becomes_a_channel_with_everything(office):
    cast = office.cast
    header = [
        *HEADER,
        "Personuppgiftsansvarig",
        "Målgrupp",
        "Svarstid",
        "Språk",
        "Synlighet",
        "Öppnad",
        "Inloggningen förvaras",
    ]
    run = office.rows(
        [
            "",
            "Biblioteket",
            "fb",
            "m.facebook.com/EkhultBiblioteket?ref=x",
            "Biblioteksenheten",
            "Läsning.",
            cast.owner.email.upper(),
            "Biblioteksassistent",
            f"{cast.owner.email}, {cast.deputy.email}",
            "Kommunstyrelsen",
            "Barn",
            "24 timmar",
            "sv, Suomi",
            "nej",
            "2024-03-01",
            "Valvet",
        ],
        header=header,
    )
    assert said(run) == []
    office.accept(run)
    channel = Channel.objects.get()
    assert (channel.unit, channel.owner, channel.deputy) == (cast.unit, cast.owner, cast.deputy)
    assert set(channel.administrators.all()) == {cast.owner, cast.deputy}
    assert (channel.controller.name, channel.audience, channel.reply_hours) == ("Kommunstyrelsen", "Barn", 24)
    assert (channel.languages, channel.visibility, str(channel.opened_on)) == (["sv", "fi"], "internal", "2024-03-01")
    assert (channel.address.url, channel.slug) == ("https://www.facebook.com/EkhultBiblioteket", "biblioteket-facebook")
    assert str(channel.address.valid_from) == "2024-03-01"
    mails = {mail.to: mail.body for mail in OutgoingMail.objects.all()}
    assert set(mails) == {cast.owner.email, cast.deputy.email}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["", "", "Facebook"], "Kanalens namn", "Skriv vad kanalen heter"),
        (["", "Bad"], "Plattform", "Skriv plattformen"),
        (["", "Bad", "", "ekhult"], "Plattform", "vilken plattform kontot finns på"),
        (
            ["", "Bad", "Facebook", "https://instagram.com/bad"],
            "Kontots adress",
            "leder till Instagram, men på raden står Facebook",
        ),
        (["", "Bad", "Facebook", "facebook.com/share/abc"], "Kontots adress", ""),
        (["", "Bad", "Facebook", "javascript:alert(1)"], "Kontots adress", ""),
        (["finns-ej", "Bad", "Facebook"], "Nyckel", "finns inte i registret"),
        (["", "B" * 121, "Facebook"], "Kanalens namn", "för lång: 121 tecken"),
        (["", "Bad", "Facebook", "", "", "x" * 2001], "Syfte", "för lång"),
        (
            ["", "Bad", "Facebook", "", "", "", "kontoansvarig@kommunen.example", "Bibliotekarie"],
            "Ersättare",
            "samma person",
        ),
        (["", "Bad", "Facebook", "", "", "", "slutat@kommunen.example"], "Kontoansvarig", "inte längre aktiv"),
        (["", "Bad", "Facebook", "", "Dubbel"], "Verksamhet", "Flera enheter heter så"),
        (["", "Bad", "Facebook", "", "", "", "Tvilling"], "Kontoansvarig", "Flera heter ”Tvilling”"),
        (["", "Bad", "Facebook", "", "", "", "", "", "", "x"], "", "fler celler än rubrikraden"),
    ],
)
def test_what_is_wrong_is_said_beside_its_column(office, row, column, reason):
    from tests.factories import UnitFactory, UserFactory

    UserFactory(username="slutat", is_active=False)
    UserFactory.create_batch(2, name="Tvilling", title="")
    UnitFactory.create_batch(2, name="Dubbel")
    run = office.rows(row)
    (found,) = run.rows.all()
    assert found.verdict == V.ERROR
    assert found.said["errors"][0][0] == column
    assert reason in found.said["errors"][0][1]
    with pytest.raises(StateConflict):
        accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Svarstid", "snart", "Skriv ett antal"),
        ("Svarstid", "0", "Skriv ett antal"),
        ("Svarstid", "90", "högst 48 timmar"),
        ("Språk", "sv, klingon", "klingon"),
        ("Synlighet", "kanske", "ja eller nej"),
        ("Öppnad", "2024-02-30", "datum som finns"),
        ("Öppnad", "2124-01-01", "har inte varit än"),
        ("Läge", "Avslutad", "läggs in som öppen"),
        ("Nämnd", "Biblioteksenheten", "ingen nämnd"),
    ],
)
def test_values_that_cannot_be_used_are_refused(office, column, text, reason):
    adopt_preset("tibro", Actor(office.cast.administrator))
    run = office.rows(["Bad", "Facebook", text], header=["Kanal", "Plattform", column])
    assert reason in " ".join(said(run))


def test_the_same_channel_twice_in_a_file_is_refused_the_second_time(office):
    run = office.rows(
        ["", "Badet", "Facebook", "facebook.com/ekhultsbad"],
        ["", "Simhallen", "", "https://m.facebook.com/Ekhults.Bad/"],
        ["", "Torget", "Facebook", ""],
        ["", "TORGET", "facebook", ""],
    )
    assert [row.verdict for row in run.rows.order_by("number")] == ["create", "error", "create", "error"]
    assert said(run) == ["Står redan på rad 2. Ta bort den ena raden.", "Står redan på rad 4. Ta bort den ena raden."]


def test_a_changed_row_says_from_what_to_what_and_an_empty_cell_changes_nothing(office):
    cast = office.cast
    channel = make_channel(cast, "Biblioteket", "facebook.com/ekhultsbibliotek")
    channel.administrators.add(cast.owner, through_defaults={"since": timezone.localdate()})
    run = office.rows(
        [
            "",
            "Biblioteken",
            "Facebook",
            "facebook.com/ekhultsbibliotek",
            "",
            "Nytt syfte.",
            "",
            cast.nearest_manager.email,
            cast.deputy.email,
        ]
    )
    (row,) = run.rows.all()
    assert row.said["changes"] == [
        ["Kanalens namn", "Biblioteket", "Biblioteken"],
        ["Ersättare", cast.deputy.email, cast.nearest_manager.email],
        ["Administratörer", cast.owner.email, cast.deputy.email],
        ["Syfte", "Berätta om program och böcker.", "Nytt syfte."],
    ]
    version = channel.version
    Channel.objects.filter(pk=channel.pk).update(provisional=["owner", "unit"])
    office.accept(run)
    channel.refresh_from_db()
    assert channel.provisional == ["owner", "unit"]  # the file has said nothing of either
    assert (channel.name, channel.purpose, channel.deputy) == ("Biblioteken", "Nytt syfte.", cast.nearest_manager)
    assert (channel.owner, channel.unit, channel.audience) == (cast.owner, cast.unit, "Biblioteksbesökare")
    assert list(channel.administrators.all()) == [cast.deputy]
    assert channel.version == version + 1
    assert events_about(channel).get().kind == "channel.import_changed"
    assert channel.history.first().history_user == cast.strategist
    assert [mail.to for mail in OutgoingMail.objects.all()] == [cast.nearest_manager.email]


def test_a_changed_address_keeps_the_old_one_with_its_last_day(office):
    channel = make_channel(office.cast, "Biblioteket", "facebook.com/ekhultsbibliotek")
    run = office.rows(["", "Biblioteket", "Facebook", "facebook.com/ekhultslasning"])
    assert "står kvar i registret" in said(run, "remarks")[0]
    office.accept(run)
    old, new = ChannelAddress.objects.filter(channel=channel).order_by("pk")
    assert (old.handle, old.valid_to) == ("ekhultsbibliotek", timezone.localdate())
    assert (new.handle, new.valid_to) == ("ekhultslasning", None)
    assert old.history.first().history_type == "~"


def test_an_account_belongs_to_one_channel(office):
    make_channel(office.cast, "Biblioteket", "facebook.com/ekhultsbibliotek")
    other = make_channel(office.cast, "Badet", "facebook.com/ekhultsbad")
    run = office.rows([other.slug, "Badet", "Facebook", "facebook.com/ekhultsbibliotek"])
    assert said(run) == ["Kontot tillhör redan kanalen ”Biblioteket”."]


def test_two_channels_of_one_name_are_told_apart_by_key_or_unit(office):
    first = make_channel(office.cast, "Badet", "facebook.com/badett")
    second = make_channel(office.cast, "Badet", "facebook.com/badetva", slug="badet-2", unit=office.cast.central)
    run = office.rows(["", "Badet", "Facebook", "", "", "A"], ["badet-2", "Badet", "Facebook", "", "", "B"])
    first_row, second_row = run.rows.order_by("number")
    assert "Flera kanaler heter så" in first_row.said["errors"][0][1]
    assert second_row.target == second.pk
    told = office.rows(["", "Badet", "Facebook", "", "Biblioteksenheten", "A"])
    assert told.rows.get().target == first.pk


def test_neither_state_nor_platform_changes_and_a_closed_channel_stays(office):
    channel = make_channel(office.cast, "Badet", "facebook.com/badet")
    closed = make_channel(office.cast, "Torget", "x.com/torget", status="closed", closed_on="2025-01-01")
    run = office.rows(
        [channel.slug, "Badet", "Facebook", "Avslutad", ""],
        [channel.slug, "Badet", "Instagram", "", ""],
        [closed.slug, "Torget", "X", "Avslutad", "Nytt."],
        header=["Nyckel", "Kanal", "Plattform", "Läge", "Syfte"],
    )
    texts = said(run)
    assert "Läget ändras inte genom import. Kanalens läge är ”Öppen”." in texts
    assert "En kanal byter inte plattform" in " ".join(texts)
    assert "Kanalen är avslutad och ändras inte." in texts


# --- Columns and files ------------------------------------------------------------------------------------------------
def test_columns_that_are_not_recognised_are_pointed_out(office):
    run = office.read(text_file([["Vad", "Var", "Annat"], ["Badet", "Facebook", "x"]]))
    assert (run.state, run.rows.count()) == (S.COLUMNS, 0)
    values = {"owner_id": office.cast.owner.pk, "unit_id": office.cast.unit.pk, "actor": office.actor}
    with pytest.raises(InvalidInput, match="Plattform eller Kontots adress"):
        choose_columns(run_id=run.pk, columns={"name": 0}, **values)
    with office.commit(execute=True):
        choose_columns(run_id=run.pk, columns={"name": 0, "platform": 1}, **values)
    run.refresh_from_db()
    assert (run.state, verdicts(run)) == (S.READY, ["create"])
    office.accept(run)
    assert Channel.objects.get().owner == office.cast.owner


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (text_file([HEADER]), "bara rubriker"),
        (text_file([HEADER, *[["", f"K{n}", "Facebook"] for n in range(20_001)]]), "20 000 rader"),
        (
            workbook([HEADER, ["", "Bad", "Facebook"]], lambda book: book.active.merge_cells("A1:B1")),
            "Rubrikraden går inte att läsa",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_a_reason(office, content, reason):
    run = office.read(content)
    assert run.state == S.REFUSED
    assert reason in run.problem
    assert run.rows.count() == 0


def test_a_file_that_is_no_table_is_refused_at_the_door(office):
    with pytest.raises(InvalidInput, match="gamla formatet xls"):
        office.read(b"\xd0\xcf\x11\xe0" + b"\0" * 100)
    assert ImportRun.objects.count() == 0


def test_rows_that_cannot_be_trusted_are_errors_and_the_others_come_in(office):
    content = workbook([HEADER, ["", "Badet", "Facebook"], ["", "=B2", "Facebook"], ["", "#REF!", "Facebook"]])
    run = office.bring_in(content, name="lista.xlsx")
    assert verdicts(run) == ["create", "error", "error"]
    assert Channel.objects.count() == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_taken_out_comes_in_again_unchanged(office, form):
    from tests.public_scene import make_scene

    cast = office.cast
    found = make_scene(cast)
    found["open"].administrators.add(cast.owner, cast.deputy, through_defaults={"since": timezone.localdate()})
    Channel.objects.filter(pk=found["open"].pk).update(
        purpose='Rad ett\nrad "två"; =SUM(A1)', name="=Biblioteket", reply_hours=24, credentials_place="@valvet"
    )
    make_channel(cast, "Bloggen", "https://blogg.ekhult.example/nyheter?a=1")
    make_channel(cast, "+Mastodon", "@ekhult@mastodon.example")
    rows = exporting.channel_rows(queries.channels_in_register(), office.actor)
    content = exporting.written(form, exporting.header_of("channels"), rows)
    if form == "csv":
        assert ";=" not in content.decode("utf-8-sig").replace(";'=", "")
    run = office.read(content, name=f"kanaler.{form}")
    assert [(row.title, row.said) for row in run.rows.exclude(verdict=V.SAME)] == []
    assert run.rows.count() == Channel.objects.count() == 8
