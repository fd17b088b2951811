"""PDF/A of every level: valid by our own check, the same bytes each time, every text survives, the pictures untouched."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from weasyprint.urls import FatalURLFetchingError

from archive.pdfa import Attachment, Fact, Picture, Post, Sheet, SourceFile, problems_of, render, writer
from archive.pdfa.drawing import drawable, runs_from_right
from archive.pdfa.fonts import covered, files
from archive.pdfa.sheet import LEVELS
from tests.archive.corpus.languages import SCRIPTS, TEXTS

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "jaxb-api", "javax.activation")
]


def picture(width=60, height=90, mode="RGB", kind="PNG", **options):
    out = BytesIO()
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    image.save(out, kind, **options)
    return out.getvalue()


POSTS = [
    Post("Biblioteket", "municipality", "Vi öppnar kl. 10. 😀", NOW, place=1),
    Post(
        "Kalle 123",
        "visitor",
        "مرحبا بكم",
        NOW - timedelta(hours=1),
        url="https://www.facebook.com/1",
        place=2,
        answers=1,
    ),
    Post("?", "unknown", "欢迎 \x00 \u202e slut", None, when="i går", place=3),
]


def sheet(level="1b", **values):
    return Sheet(
        **{
            "title": "Ögonblicksbild av Biblioteket <b>&</b> 😀",
            "author": "Tibro kommun",
            "description": "Hur kanalen såg ut",
            "made_at": NOW,
            "level": level,
            "lead": "Så här såg den ut.",
            "cover": [Fact("Kanal", "Biblioteket"), Fact("Adress", "https://www.facebook.com/" + "x" * 300)],
            "provenance": [Fact("Gjort", "rad\nrad")],
            "notes": ["En anteckning."],
            "files": [SourceFile("skärmbild.png", "Skärmbild", 123, "ab" * 32)],
            "posts": POSTS,
            "texts": [Fact("Texten på sidan 1", "Åäö")],
            "pictures": [Picture("a.png", picture(1280, 6000)), Picture("b.jpg", picture(kind="JPEG"))],
            **values,
        }
    )


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def drawn_pictures(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        return [
            (pikepdf.PdfImage(one).as_pil_image(), one.read_raw_bytes())
            for one in pdf.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == pikepdf.Name.Image
        ]


# --- Every kind that we make ------------------------------------------------------------------------------------------
ATTACHED = [
    Attachment("inlagg.json", b"{}", "application/json", "Inläggen", "Data"),
    Attachment("sida.wacz", b"PK", "application/wacz", "Sidan"),
]
KINDS = {
    "all": {},
    "only text": {"pictures": [], "posts": []},
    "only pictures": {"posts": [], "texts": [], "provenance": [], "notes": [], "files": []},
    "many posts": {"posts": POSTS * 40, "pictures": []},
    "small and large": {"pictures": [Picture("1", picture(1, 1)), Picture("2", picture(390, 30000))]},
    "every picture": {
        "pictures": [
            Picture("rgb", picture()),
            Picture("grey", picture(mode="L")),
            Picture("bits", picture(mode="1")),
            Picture("palette", picture(mode="P")),
            Picture("alpha", picture(mode="RGBA")),
            Picture("grey alpha", picture(mode="LA")),
            Picture("16 bits", picture(mode="I;16")),
            Picture("jpeg", picture(kind="JPEG")),
            Picture("grey jpeg", picture(mode="L", kind="JPEG")),
            Picture("cmyk", picture(mode="CMYK", kind="JPEG")),
            Picture("webp", picture(kind="WEBP", lossless=True)),
            Picture("gif", picture(kind="GIF")),
        ]
    },
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_document_passes_our_own_check(kind, level):
    made = render(sheet(level, **KINDS[kind]))
    assert problems_of(made, level) == []


def test_files_lie_inside_where_the_level_allows_it_and_can_be_taken_out():
    made = render(sheet("3b", attachments=ATTACHED))
    assert problems_of(made, "3b") == []
    with pikepdf.open(BytesIO(made)) as pdf:
        assert {name: bytes(pdf.attachments[name].get_file().read_bytes()) for name in pdf.attachments} == {
            "inlagg.json": b"{}",
            "sida.wacz": b"PK",
        }
    for level in set(LEVELS) - {"3b"}:
        with pytest.raises(ValueError, match="holds no files"):
            render(sheet(level, attachments=ATTACHED))


def test_an_unknown_level_is_no_level():
    for act in (lambda: render(sheet("9z")), lambda: problems_of(b"", "9z")):
        with pytest.raises(ValueError, match="no level 9z"):
            act()


@pytest.mark.parametrize("level", ["1b", "1a", "3b"])
def test_the_same_sheet_gives_the_same_bytes_also_in_another_process(level):
    one = sheet(level, attachments=ATTACHED if level == "3b" else ())
    here = render(one)
    assert here == render(replace(one))
    script = (
        "import django; django.setup()\nimport hashlib\nfrom tests.archive.test_pdfa import ATTACHED, render, sheet\n"
        f"one = sheet({level!r}, attachments=ATTACHED if {level!r} == '3b' else ())\n"
        "print(hashlib.sha256(render(one)).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kommun.settings",
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
            "HOME": "/nonexistent",
        },
    )
    assert told.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_another_text_gives_another_id():
    with pikepdf.open(BytesIO(render(sheet()))) as one, pikepdf.open(BytesIO(render(sheet(lead="Annat.")))) as other:
        assert bytes(one.trailer.ID[0]) != bytes(other.trailer.ID[0])


# --- Independently ----------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not all(jar.exists() for jar in JARS), reason="Apache PDFBox Preflight is not installed")
@pytest.mark.parametrize("level", ["1b", "1a"])
def test_an_independent_validator_finds_nothing_either(level, tmp_path):
    paths = []
    for number, kind in enumerate(("all", "every picture")):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(render(sheet(level, **KINDS[kind])))
        paths.append(path)
    for number, texts in enumerate(in_parts(TEXTS, 250) if level == "1b" else ()):
        path = tmp_path / f"texts {number}.pdf"
        path.write_bytes(render(sheet(level, posts=[Post("", "visitor", text, NOW) for text in texts], pictures=[])))
        paths.append(path)
    for path in paths:
        told = subprocess.run(
            ["java", "-cp", ":".join(map(str, JARS)), "org.apache.pdfbox.preflight.Validator_A1b", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "is a valid PDF/A-1b file" in told.stdout, (path.name, told.stdout[:500], told.stderr[:500])


# --- Texts ------------------------------------------------------------------------------------------------------------
def in_parts(rows, size):
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def test_there_are_more_than_three_hundred_texts():
    assert len(set(TEXTS)) > 300


@pytest.mark.parametrize("part", range(len(in_parts(TEXTS, 100))))
@pytest.mark.parametrize("level", ["1b", "2u"])
def test_no_text_in_the_world_makes_an_invalid_file(part, level):
    texts = in_parts(TEXTS, 100)[part]
    posts = [Post(text[:40], "visitor", text, NOW, when=text[:40], url=text[:40]) for text in texts]
    made = render(sheet(level, posts=posts, pictures=[], title=texts[0][:80], description=texts[-1][:80]))
    assert problems_of(made, level) == []


def test_every_character_is_drawn_or_written_out():
    for text in TEXTS:
        shown = drawable(text)
        assert set(map(ord, shown)) <= covered() | {0x0A, 0x20, 0xAD, 0x200C, 0x200D}, text
        for char in text:
            if ord(char) > 0x20 and ord(char) not in covered() and char.isprintable() and char not in "\ufe0e\ufe0f":
                assert f"[U+{ord(char):04X}]" in shown, text


def test_hidden_characters_are_shown_as_what_they_were():
    assert drawable("a\x00b\u202ec\ue000d\ud800") == "a[U+0000]b[U+202E]c[U+E000]d[U+D800]"
    assert drawable("a\r\nb\u2028c\td") == "a\nb\nc    d"
    assert drawable("می‌شود 👨‍👩‍👧") == "می‌شود 👨‍👩‍👧"


@pytest.mark.parametrize(
    "name", ["svenska", "nordsamiska", "ryska", "grekiska", "turkiska", "kinesiska", "vietnamesiska"]
)
def test_a_text_can_be_found_again_in_the_file(name):
    made = render(sheet("2u", posts=[Post("X", "visitor", SCRIPTS[name], NOW)], pictures=[]))
    assert "".join(SCRIPTS[name].split()) in "".join(text_of(made).split())


def test_the_right_to_left_is_read_so():
    assert [runs_from_right(text) for text in ("שלום hej", "hej שלום", "123", "", "!? مرحبا")] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_the_transcript_says_who_wrote_and_whether_it_came_in():
    said = text_of(render(sheet(pictures=[])))
    assert said.index("Besökare") < said.index("Kommunen, Biblioteket")
    assert "Inkommen" in said
    assert "Upprättad" in said
    assert "2026-06-30 14.00" in said
    assert "Svar på nummer 1" in said


def test_posts_stand_in_the_order_of_time_and_one_without_stays_where_it_was():
    posts = [Post("", "visitor", f"P{n}", at) for n, at in enumerate([NOW, None, NOW - timedelta(days=1), None])]
    said = text_of(render(sheet(posts=posts, pictures=[])))
    assert sorted(["P0", "P1", "P2", "P3"], key=said.index) == ["P2", "P3", "P0", "P1"]


# --- Pictures ---------------------------------------------------------------------------------------------------------
def test_a_screenshot_is_put_in_as_it_is_packed():
    original = picture(1280, 6000)
    ((image, raw),) = drawn_pictures(render(sheet(pictures=[Picture("a", original)])))
    assert raw in original
    with Image.open(BytesIO(original)) as before:
        assert image.convert("RGB").tobytes() == before.tobytes()


def test_a_jpeg_is_put_in_as_it_is():
    original = picture(kind="JPEG")
    ((_image, raw),) = drawn_pictures(render(sheet(pictures=[Picture("a", original)])))
    assert raw == original


def test_a_see_through_picture_is_laid_on_white():
    out = BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")
    ((image, _raw),) = drawn_pictures(render(sheet(pictures=[Picture("a", out.getvalue())])))
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_tall_page_is_shown_whole_on_several_pages_and_stored_once():
    one = sheet(pictures=[Picture("a", picture(1280, 20000))], posts=[], texts=[])
    made = render(one)
    assert len(drawn_pictures(made)) == 1
    parts = list(writer._parts(one, [writer.packed(one.pictures[0].content)]))
    assert len(parts) > 8
    assert parts[0].top == 0
    assert parts[-1].top + parts[-1].rows == pytest.approx(20000)
    for before, after in pairwise(parts):
        assert after.top <= before.top + before.rows - 39


def test_the_picture_is_right_way_up_and_where_its_caption_says():
    out = BytesIO()
    image = Image.new("RGB", (200, 200), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 200, 100))
    image.save(out, "PNG")
    document = pypdfium2.PdfDocument(render(sheet(pictures=[Picture("röd över blå", out.getvalue())])))
    page = document[len(document) - 1]
    seen = page.render(scale=1).to_pil().convert("RGB")
    left, top = int(writer.LEFT), int(page.get_height() - writer.TOP)
    assert (seen.getpixel((left + 20, top + 20)), seen.getpixel((left + 20, top + 120))) == ((255, 0, 0), (0, 0, 255))
    assert "röd över blå" in page.get_textpage().get_text_bounded()


def test_something_that_is_no_picture_is_refused():
    for content in (b"", b"hej", b"\x89PNG\r\n\x1a\n", picture()[:40], b"\xff\xd8\xff"):
        with pytest.raises((OSError, ValueError)):
            render(sheet(pictures=[Picture("a", content)]))


# --- Nothing from outside ---------------------------------------------------------------------------------------------
def test_a_document_that_asks_for_something_is_not_made(monkeypatch):
    monkeypatch.setattr(writer, "_css", lambda: "body { background: url(file:///etc/passwd) }")
    with pytest.raises(FatalURLFetchingError, match="passwd"):
        render(sheet())


def test_only_our_own_fonts_are_used():
    with pikepdf.open(
        BytesIO(render(sheet(posts=[Post("", "visitor", text, NOW) for text in SCRIPTS.values()])))
    ) as pdf:
        used = {
            str(one.FontName)[8:].replace("-", "").replace("Bold", "")
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == pikepdf.Name.FontDescriptor
        }
    own = {
        path.stem.replace("-", "").replace("Regular", "").replace("Bold", "").replace("Full", "") for path in files()
    }
    assert used <= own
    assert len(used) > 10
