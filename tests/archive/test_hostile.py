"""The corpus of hostile uploads and texts: each is refused with a clear message, or kept in a form that can do no harm."""

import hashlib
import io
import re
import time
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archive.actions import keep_file
from archive.intake import REMOVED, IntakeError, clean_text, inspect_upload
from archive.intake.texts import MAX_TEXT
from archive.models import Record, StoredFile
from tests.archive.corpus.files import HARMLESS, NAMES, REFUSED
from tests.archive.corpus.parts import exif, gif, pdf, picture
from tests.archive.corpus.texts import KEPT
from tests.archive_scene import keep_record, png


def given_as(content: bytes, name: str = "bild.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")  # what the sender claims counts for nothing


def test_the_corpus_is_large_enough():
    assert len(REFUSED) + len(HARMLESS) >= 60
    assert len(REFUSED) + len(HARMLESS) + len(NAMES) + len(KEPT) >= 130


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_a_reason_to_act_on(name):
    content, told = REFUSED[name]
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(IntakeError, match=told) as refusal:
        inspect_upload(given_as(content))
    taken, (_now, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert re.search(r"[.!]$", str(refusal.value))
    assert peak < 4 * len(content) + 100_000_000, f"{peak / 1e6:.0f} MB"
    assert taken < 20, "what is refused costs little"


WOULD_NOT_OPEN = {"a png with a text that grows", "a png that moves"}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_picture_is_kept_without_what_is_not_the_picture(name):
    content, content_type, removed, hostile = HARMLESS[name]
    found = inspect_upload(given_as(content))
    assert (found.content_type, found.metadata["removed"]) == (content_type, removed)
    assert hostile not in found.content
    assert found.sha256 == hashlib.sha256(found.content).hexdigest()
    assert found.metadata["received_sha256"] == hashlib.sha256(content).hexdigest()
    assert set(removed) <= set(REMOVED)
    shown = Image.open(io.BytesIO(found.content)).tobytes()
    if name not in WOULD_NOT_OPEN:
        assert shown == Image.open(io.BytesIO(content)).tobytes()


@pytest.mark.parametrize("raw", NAMES)
def test_a_name_can_do_no_harm(raw):
    upload = given_as(png())
    upload._name = raw  # a browser's own form would not send it, another program can
    assert inspect_upload(upload).name == NAMES[raw]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("PNG", mode="P"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
        (picture("JPEG", mode="L", quality=30), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (picture("WEBP", lossless=True, mode="RGBA"), "image/webp"),
        (gif(frames=3), "image/gif"),
        (picture("GIF", mode="P"), "image/gif"),
        (pdf(b"<< /Type /Catalog /Pages 2 0 R >>"), "application/pdf"),
        (b"Konversation, 12 maj\nA < B och B > C\n", "text/plain"),
        ("Räksmörgås".encode("utf-16"), "text/plain"),
    ],
)
def test_what_people_have_is_kept_byte_for_byte(content, content_type):
    found = inspect_upload(given_as(content))
    assert (found.content_type, found.content) == (content_type, content)
    assert "removed" not in found.metadata


def test_a_picture_that_was_held_sideways_still_stands_up():
    found = inspect_upload(given_as(picture("JPEG", exif=exif(orientation=6))))
    kept = Image.open(io.BytesIO(found.content)).getexif()
    assert kept[0x0112] == 6
    assert dict(kept.get_ifd(0x8825)) == {}
    assert found.metadata["taken_at"] == "2026:06:19 21:30:00"


@given(st.binary(max_size=400), st.sampled_from(sorted(HARMLESS)), st.integers(0, 2000))
def test_whatever_bytes_come_it_is_taken_or_refused_never_more(noise, name, place):
    whole = HARMLESS[name][0]
    for content in (noise, whole[:8] + noise, whole[:place] + noise + whole[place:], whole[: place % len(whole)]):
        try:
            found = inspect_upload(given_as(content))
        except IntakeError:
            continue
        assert found.size > 0


@pytest.mark.parametrize("raw", KEPT, ids=[f"{number}" for number in range(len(KEPT))])
def test_a_hostile_text_is_kept_so_that_it_can_be_read_and_do_no_harm(raw):
    assert clean_text(raw).text == KEPT[raw]


def test_what_was_hidden_is_counted():
    assert clean_text("a\u200bb\u200bc\u202e").notes == {"U+200B": 2, "U+202E": 1}


def test_a_text_that_is_too_long_is_refused_rather_than_cut():
    assert clean_text("a" * MAX_TEXT).text == "a" * MAX_TEXT
    with pytest.raises(IntakeError, match="20001 tecken"):
        clean_text("a" * (MAX_TEXT + 1))


@given(st.text(max_size=300))
def test_a_cleaned_text_is_left_as_it_is_when_it_is_cleaned_again(text):
    once = clean_text(text).text
    assert clean_text(once).text == once
    once.encode()


@pytest.mark.django_db
def test_every_hostile_text_is_stored_and_read_back(channel, owner):
    for raw, kept in KEPT.items():
        record = keep_record(channel, owner, text=raw, author=raw, label=raw)
        stored = Record.objects.get(pk=record.pk)
        assert stored.text == kept
        assert "\u202e" not in stored.author + stored.subject_label


@pytest.mark.django_db
def test_nothing_of_a_refused_file_is_left(owner, media):
    for content, _told in REFUSED.values():
        with pytest.raises(IntakeError):
            keep_file(upload=given_as(content), how="uploaded", actor=owner)
    assert not StoredFile.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
