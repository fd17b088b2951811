"""The owner's own way in: what is given becomes a valid PDF/A with original, fixity and provenance, and can be read."""

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from weasyprint import HTML

from accounts.actor import SCHEDULER, Actor
from archive import actions
from archive.actions import completing
from archive.intake import IntakeError
from archive.models import Record, Snapshot, StoredFile
from archive.pdfa import Post, problems_of
from archive.pdfa.data import posts_json, read_capture, read_posts
from archive.tasks import complete_lost
from kommun.errors import InvalidInput, NotPermitted
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import keep_file, png, upload
from tests.snapshot_scene import running

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(cast):
    make_municipality()
    return adopt_preset("tibro", Actor(cast.administrator))


@pytest.fixture
def hand_in(channel, owner, django_capture_on_commit_callbacks):
    def given(*files, **values):
        defaults = {"how": "uploaded", "reason": "on_request", "taken_on": timezone.localdate(), "actor": owner}
        with django_capture_on_commit_callbacks(execute=True):
            row = actions.upload_snapshot(channel_id=channel.pk, files=files, **{**defaults, **values})
        row.refresh_from_db()
        return row

    return given


def a_pdf(*texts):
    pages = "".join(f"<p style='break-after: page; opacity: .5'>{text}</p>" for text in texts)
    return SimpleUploadedFile("utskrift.pdf", HTML(string=pages).write_pdf())


def an_export(name="export.zip", members=None):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member, content in (members or {"posts/posts_1.json": "[]", "media/åäö.jpg": "x" * 99}).items():
            archive.writestr(member, content)
    return SimpleUploadedFile(name, out.getvalue())


def read(row, role):
    return row.file_rows.get(role=role).file.file.open().read()


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


# --- What becomes of it -----------------------------------------------------------------------------------------------
@pytest.mark.policy("K4")
def test_screenshots_become_a_valid_pdf_with_the_originals_beside_it(hand_in, cast):
    first, second = png(300, 400), png(320, 500)
    day = timezone.localdate() - timedelta(days=2)
    row = hand_in(upload(first, "ett.png"), upload(second, "två.png"), taken_on=day, note="Inför ny logotyp")
    assert (row.status, row.problems, row.validation, row.level) == ("waiting", [], "none", "1b")
    content = read(row, "pdfa")
    assert problems_of(content, "1b") == []
    said = text_of(content)
    for words in (
        "Biblioteket",
        "Facebook",
        "Inför ny logotyp",
        "ett.png",
        "två.png",
        day.isoformat(),
        "En person har gett oss",
    ):
        assert words in said
    originals = [one.file.file.open().read() for one in row.file_rows.filter(role="screenshot").order_by("place")]
    assert originals == [first, second]
    with pikepdf.open(BytesIO(content)) as pdf:
        raws = [one.read_raw_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/Width" in one]
    assert [any(raw in one for raw in raws) for one in (first, second)] == [True, True]
    assert timezone.localdate(row.taken_at) == day
    listed = {one["role"] for one in json.loads(read(row, "manifest"))["files"]}
    assert listed == {"pdfa", "screenshot", "thumbnail"}
    row = actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=Actor(cast.archivist))
    assert Record.objects.get() == row.record


def test_the_same_snapshot_made_again_has_the_same_bytes(hand_in):
    row = hand_in(upload(png(50, 60)))
    files = [one for one in row.file_rows.select_related("file") if one.role == "screenshot"]
    again = completing.render(completing.sheet_of(row, files))
    assert again == read(row, "pdfa")


def test_a_pdf_becomes_pages_and_its_text_can_be_searched(hand_in):
    given = a_pdf("Första sidan, åäö.", "Andra sidan.")
    row = hand_in(given)
    content = read(row, "pdfa")
    assert problems_of(content, "1b") == []
    said = text_of(content)
    assert "Första sidan, åäö." in said
    assert "Texten på sidan 2" in said
    given.seek(0)
    assert read(row, "document") == given.read()


def test_an_export_is_kept_as_it_came_and_its_contents_listed(hand_in):
    given = an_export()
    row = hand_in(given, how="export")
    said = text_of(read(row, "pdfa"))
    assert "posts/posts_1.json (2)" in said
    assert "media/åäö.jpg (99)" in said
    given.seek(0)
    file = row.file_rows.get(role="export").file
    assert (file.how, file.content_type, file.file.open().read()) == ("received", "application/zip", given.read())
    assert problems_of(read(row, "pdfa"), "1b") == []


def test_where_the_policy_chooses_part_3_the_originals_lie_inside(hand_in, monkeypatch):
    monkeypatch.setattr(actions.snapshots, "_format", lambda _channel: ("pdfa-3b",))
    row = hand_in(upload(png(50, 60), "a.png"))
    content = read(row, "pdfa")
    assert problems_of(content, "3b") == []
    with pikepdf.open(BytesIO(content)) as pdf:
        (name,) = pdf.attachments
        assert pdf.attachments[name].get_file().read_bytes() == png(50, 60)


def test_posts_and_the_record_of_a_capture_stand_in_the_document(channel, owner):
    row = running(channel, owner, how="captured", address="https://example.se/bibl")
    at = timezone.now() - timedelta(hours=3)
    posts = [
        Post("Kalle", "visitor", "Hej \u202e 👋", at, place=2),
        Post("Bibl", "municipality", "Välkommen!", at, place=1),
    ]
    record = {
        "asked_url": "https://example.se/bibl",
        "status": 200,
        "signed_in": False,
        "refused": ["http://10.0.0.1/"],
    }
    for role, content in (("posts", posts_json(posts, "Tre syntes inte.")), ("capture", json.dumps(record).encode())):
        file = actions.keep_made_file(
            content=content, name=f"{role}.json", content_type="application/json", how="captured", actor=SCHEDULER
        )
        actions.add_snapshot_file(snapshot_id=row.pk, role=role, file=file, actor=SCHEDULER)
    row = actions.complete_snapshot(snapshot_id=row.pk, taken_at=at, actor=SCHEDULER)
    said = text_of(read(row, "pdfa"))
    for words in (
        "Kommunen, Bibl",
        "Besökare, Kalle",
        "[U+202E]",
        "Tre syntes inte.",
        "http://10.0.0.1/",
        "Inloggad",
        "nej",
    ):
        assert words in said
    exact, note = read_posts(read(row, "posts"))
    assert (exact, note) == (posts, "Tre syntes inte.")
    assert row.taken_at == at


# --- What is refused, and what goes wrong -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("files", "values", "field"),
    [
        ([], {}, "files"),
        ([upload()], {"taken_on": date(2999, 1, 1)}, "taken_on"),
        ([upload()], {"how": "captured"}, "how"),
        ([upload(b"bara text", "a.txt")], {}, "files"),
    ],
)
def test_what_cannot_be_a_snapshot_says_which_field(files, values, field, hand_in):
    with pytest.raises(InvalidInput) as refused:
        hand_in(*files, **values)
    assert field in refused.value.errors
    assert Snapshot.objects.count() == 0


@pytest.mark.parametrize(
    "file",
    [
        upload(b"", "a.zip"),
        upload(b"PK\x03\x04 not an archive", "a.zip"),
        an_export(members={"tom/": ""}),
        upload(b"{trasig", "a.json"),
        upload(b"MZ\x90", "a.exe"),
        upload(png(), "a.zip"),
    ],
)
def test_something_that_is_no_export_is_refused_with_what_to_do(file, hand_in, media):
    with pytest.raises(IntakeError, match=r"\."):
        hand_in(file, how="export")
    assert StoredFile.objects.count() == 0


def test_a_json_export_is_taken(hand_in):
    row = hand_in(SimpleUploadedFile("data.json", b'{"posts": []}'), how="export")
    assert row.file_rows.get(role="export").file.content_type == "application/json"


def test_somebody_else_hands_in_nothing(hand_in, cast):
    with pytest.raises(NotPermitted):
        hand_in(upload(), actor=Actor(cast.outsider))
    assert StoredFile.objects.count() == 0


def test_a_pdf_that_cannot_be_opened_ends_as_unreadable_and_the_owner_is_told(hand_in, owner, media):
    broken = b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\nstartxref\n0\n%%EOF\n"
    row = hand_in(SimpleUploadedFile("trasig.pdf", broken))
    assert (row.status, row.refusal) == ("rejected", "unreadable")
    assert row.file_rows.get(role="document").file.file.open().read() == broken
    assert owner.user.email in [address for one in mail.outbox for address in one.to]


def test_a_job_that_was_lost_is_made_again(channel, owner, hand_in, monkeypatch):
    monkeypatch.setattr(completing.complete_later, "delay", lambda _pk: None)
    row = hand_in(upload(png(9, 9)))
    assert row.status == "running"
    assert complete_lost() == 0  # the job may still be on its way
    Snapshot.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(minutes=6))
    assert complete_lost() == 1
    row.refresh_from_db()
    assert row.status == "waiting"
    assert complete_lost() == 0


def test_one_that_never_goes_is_given_up_and_says_so(hand_in, monkeypatch, owner):
    def never(*_args):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(completing.complete_later, "delay", lambda _pk: None)
    row = hand_in(upload(png(9, 9)))
    monkeypatch.setattr(completing, "render", never)
    for hours, status in ((1, "running"), (3, "rejected")):
        Snapshot.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(hours=hours))
        complete_lost()
        row.refresh_from_db()
        assert row.status == status
    assert (row.refusal, row.file_rows.count()) == ("format", 1)


def test_a_second_job_for_the_same_snapshot_does_nothing(hand_in):
    row = hand_in(upload(png(9, 9)))
    completing.complete_later(row.pk)
    assert row.file_rows.filter(role="pdfa").count() == 1


def test_a_capture_is_not_made_again_here(channel, owner):
    row = running(channel, owner, how="captured", address="https://example.se/")
    Snapshot.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(days=1))
    assert complete_lost() == 0
    row.refresh_from_db()
    assert row.status == "running"


# --- The data beside --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"version": 2, "posts": []}', b'{"version":1,"posts":[{"at":"2026-01-01T00:00"}]}'],
)
def test_posts_that_are_not_ours_are_refused(content):
    with pytest.raises(ValueError):  # noqa: PT011  (json's own, and ours)
        read_posts(content)


def test_a_half_character_survives_in_the_data():
    assert read_posts(posts_json([Post("a", "visitor", "x\ud800y")]))[0][0].text == "x\ud800y"


def test_the_record_of_a_capture_is_told_in_words():
    said = {
        one.term: one.value
        for one in read_capture(json.dumps({"limits": ["height"] * 50, "x": 1, "viewport": {"width": 1280}}).encode())
    }
    assert said["Fönster"] == "width: 1280"
    assert said["Gränser som nåddes"].endswith("och 10 till, i filen med uppgifter")
    assert len(said) == 2


def test_a_made_file_holds_something(owner):
    with pytest.raises(ValueError, match="empty"):
        actions.keep_made_file(content=ContentFile(b""), name="a", content_type="a/b", how="made", actor=owner)
    assert keep_file(owner).metadata["received_sha256"]
