"""What may be attached is decided by content, and the name that came with it can do no harm."""

import io
import zipfile
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from channels.attachments import EXTENSIONS, MAX_NAME, AttachmentError, clean_name, inspect

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def archive(members: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


DOCX = archive(
    {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}, compression=zipfile.ZIP_DEFLATED
)
ODT = archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"})
DOCM = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>", "word/vbaProject.bin": b"x"})


@pytest.mark.parametrize(
    ("content", "extension"), [(PDF, ".pdf"), (PNG, ".png"), (JPEG, ".jpg"), (DOCX, ".docx"), (ODT, ".odt")]
)
def test_the_content_decides_the_kind_whatever_the_name_says(content, extension):
    found = inspect(SimpleUploadedFile("plan.exe", content, content_type="text/html"))
    assert found.extension == extension
    assert found.name == f"plan{extension}"
    assert found.size == len(content)
    assert len(found.sha256) == 64


def test_the_file_is_rewound_so_that_it_can_be_stored():
    upload = SimpleUploadedFile("plan.pdf", PDF)
    inspect(upload)
    assert upload.read() == PDF


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "tom"),
        (b"MZ\x90\x00 a program called plan.pdf", "går inte att läsa"),
        (b"<html><script>alert(1)</script>", "går inte att läsa"),
        (b"junk before %PDF-1.7", "går inte att läsa"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "går inte att läsa"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "äldre format"),
        (b"PK\x03\x04", "går inte att läsa"),
        (DOCX[:-30], "går inte att läsa"),
        (archive({"evil.txt": b"x"}), "går inte att läsa"),
        (archive({"mimetype": b"application/epub+zip", "content.xml": b""}), "går inte att läsa"),
        (DOCM, "makron"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(content, part):
    with pytest.raises(AttachmentError, match=part):
        inspect(SimpleUploadedFile("plan.pdf", content))


def test_a_file_over_the_limit_is_refused_with_both_sizes():
    with pytest.raises(AttachmentError, match=r"högst 1 MB"):
        inspect(SimpleUploadedFile("plan.pdf", PDF + b"0" * (1024 * 1024)), max_bytes=1024 * 1024)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fakepath\\Aktivitetsplan 2026.PDF", "Aktivitetsplan 2026.pdf"),
        ("plan\u202efdp.exe", "planfdp.pdf"),
        ("plan\x00\r\nSet-Cookie: a.pdf", "plan Set-Cookie_ a.pdf"),
        ("   .  ", "bilaga.pdf"),
        ("", "bilaga.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a\u030akan.pdf", "åkan.pdf"),
        ("version 1.2", "version 1.pdf"),
        ('"><img src=x>.pdf', "___img src=x_.pdf"),
    ],
)
def test_a_name_loses_what_could_harm(raw, clean):
    assert clean_name(raw, "application/pdf") == clean


@given(raw=st.text(max_size=400), content_type=st.sampled_from(sorted(EXTENSIONS)))
def test_any_name_becomes_one_that_every_system_can_save(raw, content_type):
    name = clean_name(raw, content_type)
    assert 0 < len(name) <= MAX_NAME
    assert name.endswith(EXTENSIONS[content_type])
    assert not set(name) & set('/\\<>:"|?*\x00\r\n')
    assert not name.startswith(".")
    assert name.isprintable() or all(char.isprintable() or char == " " for char in name)


@given(content=st.binary(min_size=1, max_size=600), zip_start=st.booleans())
def test_no_bytes_make_anything_but_a_refusal(content, zip_start):
    with suppress(AttachmentError):
        assert (
            inspect(SimpleUploadedFile("x", (b"PK\x03\x04" if zip_start else b"") + content)).content_type in EXTENSIONS
        )
