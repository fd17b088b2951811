"""Files that are no PDF/A, each broken in one way on purpose, and what our own check calls it."""

import zlib
from io import BytesIO

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream, String

from archive.pdfa import Attachment, problems_of, render
from archive.pdfa.check import SENTENCES
from archive.pdfa.check_metadata import metadata_faults
from archive.pdfa.fonts import files
from tests.archive.test_pdfa import sheet


@pytest.fixture(scope="module")
def good():
    made = {level: render(sheet(level)) for level in ("1b", "1a", "2b", "2u")}
    made["3b"] = render(sheet("3b", attachments=[Attachment("a.json", b"{}", "application/json", "A", "Data")]))
    return made


def images(pdf):
    return [one for one in pdf.objects if isinstance(one, Stream) and one.get("/Subtype") == Name.Image]


def fonts(pdf):
    return [
        one
        for one in pdf.objects
        if isinstance(one, Dictionary) and one.get("/Type") == Name.Font and "/ToUnicode" in one
    ]


def descriptors(pdf):
    return [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Type") == Name.FontDescriptor]


def profile(pdf):
    return pdf.Root.OutputIntents[0].DestOutputProfile


def said(pdf, old, new):
    content = pdf.Root.Metadata.read_bytes()
    assert old in content
    pdf.Root.Metadata.write(content.replace(old, new))


def draw(pdf, strokes):
    pdf.pages[0].contents_add(strokes, prepend=False)


def annotation(pdf, **values):
    one = Dictionary(**{"Type": Name.Annot, "Subtype": Name.Link, "Rect": Array([0, 0, 9, 9]), "F": 4, **values})
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(one)])


def put(thing, **values):
    for key, value in values.items():
        thing[f"/{key}"] = value


def remove(thing, key):
    del thing[key]


def another_profile(pdf):
    data = bytearray(profile(pdf).read_bytes())
    data[-1] ^= 1
    intent = Dictionary(pdf.Root.OutputIntents[0])
    intent.DestOutputProfile = pdf.make_stream(bytes(data), N=3)
    pdf.Root.OutputIntents.append(intent)


def newer_profile(pdf):
    data = bytearray(profile(pdf).read_bytes())
    data[8] = 4
    profile(pdf).write(bytes(data))


def wrapped_font(pdf):
    for one in descriptors(pdf):
        one.FontFile3 = pdf.make_stream(b"x", Subtype=Name.OpenType)
        remove(one, "/FontFile2")


def no_more_pages(pdf):
    while len(pdf.pages):
        del pdf.pages[0]


def wider(pdf):
    for one in pdf.objects:
        if isinstance(one, Dictionary) and one.get("/Subtype") == Name.CIDFontType2:
            one.W = Array([0, 65535, 333])


def not_a_font(pdf):
    for one in descriptors(pdf):
        one.FontFile2 = pdf.make_stream(b"not a font", Length1=10)


def glyph_0(pdf):
    key = next(iter(pdf.pages[0].Resources.Font))
    draw(pdf, f"\nBT {key} 9 Tf 9 9 Td <0000> Tj ET\n".encode())


def glyph_too_high(pdf):
    key = next(iter(pdf.pages[0].Resources.Font))
    draw(pdf, f"\nBT {key} 9 Tf 9 9 Td <FFF0> Tj ET\n".encode())


def cmyk_picture(pdf):
    images(pdf)[0].ColorSpace = Name.DeviceCMYK


def indexed_cmyk_picture(pdf):
    images(pdf)[0].ColorSpace = Array([Name.Indexed, Name.DeviceCMYK, 0, String("\0\0\0\0")])


def see_through(pdf):
    images(pdf)[0].SMask = pdf.make_stream(b"\0", Subtype=Name.Image)


def state(pdf, **values):
    pdf.pages[0].Resources.ExtGState = Dictionary(X=pdf.make_indirect(Dictionary(Type=Name.ExtGState, **values)))


def a_form(pdf, **values):
    form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), **values)
    pdf.pages[0].add_resource(form, Name.XObject, name="/AForm")


def a_file(pdf, **values):
    file = pdf.make_stream(b"x", Type=Name.EmbeddedFile, **values)
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a"), EF=Dictionary(F=file)))
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String("a"), spec])))


def simple_font_outside(pdf):
    """A standard font that every reader was once expected to have."""
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.pages[0].Resources.Font["/Helv"] = font
    draw(pdf, b"\nBT /Helv 9 Tf 9 9 Td (Hej) Tj ET\n")


JS = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
UNKNOWN = b'<rdf:Description rdf:about="" xmlns:x="http://x.example/"><x:y>z</x:y></rdf:Description></rdf:RDF>'
# (what it is called, at which level, how it is broken)
BROKEN = [
    ("no_metadata", "1b", lambda pdf: remove(pdf.Root, "/Metadata")),
    ("metadata_unreadable", "1b", lambda pdf: pdf.Root.Metadata.write(b"<x")),
    ("metadata_unreadable", "1b", lambda pdf: said(pdf, b"</rdf:RDF>", b"</rdf:RDF><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>")),
    ("metadata_unreadable", "1b", lambda pdf: said(pdf, b"<x:xmpmeta", b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta')),
    ("other_level", "1b", lambda pdf: said(pdf, b"part>1<", b"part>2<")),
    ("other_level", "1b", lambda pdf: said(pdf, b"conformance>B<", b"conformance>A<")),
    ("metadata_differ", "1b", lambda pdf: said(pdf, b"Tibro kommun", b"Sunne kommun")),
    ("metadata_differ", "1b", lambda pdf: said(pdf, b"<rdf:li>Tibro kommun", b"<rdf:li>X</rdf:li><rdf:li>Tibro kommun")),
    ("metadata_differ", "1b", lambda pdf: said(pdf, b"2026-06-30T12:00:00Z", b"2026-06-30T12:00:01Z")),
    ("metadata_differ", "1b", lambda pdf: put(pdf.docinfo, Title=String("Annat"))),
    ("metadata_unknown", "1b", lambda pdf: said(pdf, b"</rdf:RDF>", UNKNOWN)),
    ("no_output_intent", "1b", lambda pdf: remove(pdf.Root, "/OutputIntents")),
    ("no_output_intent", "1b", lambda pdf: put(pdf.Root.OutputIntents[0], S=Name.GTS_PDFX)),
    ("bad_profile", "1b", lambda pdf: remove(pdf.Root.OutputIntents[0], "/DestOutputProfile")),
    ("bad_profile", "1b", lambda pdf: profile(pdf).write(b"not a profile")),
    ("bad_profile", "1b", newer_profile),
    ("bad_profile", "1b", lambda pdf: put(profile(pdf), N=4)),
    ("two_profiles", "1b", another_profile),
    ("transparency", "1b", see_through),
    ("transparency", "1b", lambda pdf: state(pdf, ca=0.5)),
    ("transparency", "1b", lambda pdf: state(pdf, BM=Name.Multiply)),
    ("transparency", "1b", lambda pdf: put(pdf.pages[0].obj, Group=Dictionary(S=Name.Transparency))),
    ("interpolated", "1b", lambda pdf: put(images(pdf)[0], Interpolate=True)),
    ("filter", "1b", lambda pdf: put(images(pdf)[0], Filter=Name.LZWDecode)),
    ("filter", "1b", lambda pdf: put(images(pdf)[0], Filter=Array([Name.JPXDecode]))),
    ("outside", "1b", lambda pdf: put(images(pdf)[0], F=String("http://127.0.0.1/a"))),
    ("cmyk", "1b", cmyk_picture),
    ("cmyk", "1b", indexed_cmyk_picture),
    ("cmyk", "1b", lambda pdf: draw(pdf, b"\n0 0 0 1 k 0 0 9 9 re f\n")),
    ("cmyk", "2b", lambda pdf: draw(pdf, b"\n/DeviceCMYK cs 0 0 9 9 re f\n")),
    ("image_alternate", "1b", lambda pdf: put(images(pdf)[0], Alternates=Array([]))),
    ("postscript", "1b", lambda pdf: a_form(pdf, Ref=Dictionary())),
    ("postscript", "2b", lambda pdf: pdf.pages[0].add_resource(pdf.make_stream(b"", Subtype=Name.PS), Name.XObject, name="/P")),
    ("font_not_embedded", "1b", lambda pdf: [remove(one, "/FontFile2") for one in descriptors(pdf)]),
    ("font_not_embedded", "2b", simple_font_outside),
    ("font_kind", "1b", not_a_font),
    ("font_kind", "1b", wrapped_font),
    ("font_incomplete", "1b", lambda pdf: [remove(one, "/CIDSet") for one in descriptors(pdf)]),
    ("font_incomplete", "2b", lambda pdf: [remove(one.DescendantFonts[0], "/CIDToGIDMap") for one in fonts(pdf)]),
    ("font_widths", "1b", wider),
    ("no_unicode", "2u", lambda pdf: [remove(one, "/ToUnicode") for one in fonts(pdf)]),
    ("glyph_missing", "1b", glyph_0),
    ("glyph_missing", "2b", glyph_too_high),
    ("script", "1b", lambda pdf: put(pdf.Root, OpenAction=pdf.make_indirect(JS))),
    ("script", "1b", lambda pdf: put(pdf.Root, Names=Dictionary(JavaScript=Dictionary(Names=Array([]))))),
    ("script", "1b", lambda pdf: put(pdf.Root, AA=Dictionary())),
    ("script", "2b", lambda pdf: put(pdf.pages[0].obj, AA=Dictionary())),
    ("script", "1b", lambda pdf: put(pdf.Root, OpenAction=pdf.make_indirect(Dictionary(S=Name.Launch, F=String("a.exe"))))),
    ("script", "1b", lambda pdf: put(pdf.Root, OpenAction=pdf.make_indirect(Dictionary(S=Name.Named, N=Name.Print)))),
    ("annotation", "1b", lambda pdf: annotation(pdf, Subtype=Name.FileAttachment)),
    ("annotation", "2b", lambda pdf: annotation(pdf, Subtype=Name.Movie)),
    ("annotation_hidden", "1b", lambda pdf: annotation(pdf, F=0)),
    ("annotation_hidden", "1b", lambda pdf: annotation(pdf, F=4 | 2)),
    ("form", "1b", lambda pdf: put(pdf.Root, AcroForm=Dictionary(Fields=Array([]), NeedAppearances=True))),
    ("files_inside", "1b", a_file),
    ("files_inside", "2b", a_file),
    ("files_undescribed", "3b", a_file),
    ("files_undescribed", "3b", lambda pdf: remove(pdf.Root, "/AF")),
    ("layers", "1b", lambda pdf: put(pdf.Root, OCProperties=Dictionary())),
    ("not_tagged", "1a", lambda pdf: remove(pdf.Root, "/StructTreeRoot")),
    ("not_tagged", "1a", lambda pdf: put(pdf.Root, MarkInfo=Dictionary(Marked=False))),
    ("structure_unknown", "1a", lambda pdf: remove(pdf.Root.StructTreeRoot, "/RoleMap")),
    ("page_size", "2b", lambda pdf: put(pdf.pages[0].obj, MediaBox=Array([0, 0, 20000, 20000]))),
    ("operator", "1b", lambda pdf: draw(pdf, b"\n1 2 notone\n")),
    ("no_pages", "1b", lambda pdf: no_more_pages(pdf)),
]  # fmt: skip


def saved(pdf, **options):
    out = BytesIO()
    usual = {
        "object_stream_mode": pikepdf.ObjectStreamMode.disable,
        "compress_streams": False,
        "fix_metadata_version": False,
    }
    pdf.save(out, **{**usual, **options})
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "level", "how"), BROKEN, ids=[f"{n} {code}" for n, (code, _l, _h) in enumerate(BROKEN)]
)
def test_a_broken_file_is_called_by_its_name(code, level, how, good):
    with pikepdf.open(BytesIO(good[level])) as pdf:
        how(pdf)
        broken = saved(pdf)
    assert code in {one.code for one in problems_of(broken, level)}
    assert problems_of(good[level], level) == []


# --- What is broken in the bytes --------------------------------------------------------------------------------------
def test_files_that_are_broken_as_files(good):
    made = good["1b"]
    with pikepdf.open(BytesIO(made)) as pdf:
        locked = saved(pdf, encryption=pikepdf.Encryption(owner="a", user="b"))
        half_locked = saved(pdf, encryption=pikepdf.Encryption(owner="a", user=""))
        newer = saved(pdf, min_version="1.7")
        packed = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    found = {
        "encrypted": [locked, half_locked],
        "version": [newer, made.replace(b"%PDF-1.4", b"%PDF-9.9", 1)],
        "packed_objects": [packed],
        "after_the_end": [made + b"PK\x03\x04 and more"],
        "no_id": [made.replace(b"/ID", b"/IX")],
        "unreadable": [b"", b"%PDF-1.4", b"hej" * 99, made[:100]],
    }
    for code, contents in found.items():
        for content in contents:
            assert code in {one.code for one in problems_of(content, "1b")}, code
    with pikepdf.open(BytesIO(made)) as pdf:
        stream = pikepdf.Stream(pdf, zlib.compress(pdf.Root.Metadata.read_bytes()))
        stream.Type, stream.Subtype, stream.Filter = Name.Metadata, Name.XML, Name.FlateDecode
        pdf.Root.Metadata = pdf.make_indirect(stream)
        # The library unpacks metadata when it saves, so what is in memory is looked at.
        assert ("metadata_packed", "") in list(metadata_faults(pdf, "1b"))


def test_a_file_cut_anywhere_is_never_an_error_of_ours(good):
    made = good["1b"]
    for at in range(0, len(made), max(1, len(made) // 60)):
        assert problems_of(made[:at], "1b")


def test_every_name_of_a_fault_has_a_file_that_shows_it():
    in_bytes = {"encrypted", "version", "packed_objects", "after_the_end", "no_id", "unreadable", "metadata_packed"}
    assert {code for code, _level, _how in BROKEN} | in_bytes == set(SENTENCES)
    assert all(sentence().endswith(".") for sentence in SENTENCES.values())


def test_one_level_is_not_another(good):
    for level, made in good.items():
        for other in good:
            assert (problems_of(made, other) == []) == (level == other)


def test_the_fonts_that_we_ship_have_truetype_outlines_and_may_be_embedded():
    for path in files():
        with TTFont(path, lazy=True) as font:
            assert "glyf" in font
            assert font["OS/2"].fsType & 0x0002 == 0
