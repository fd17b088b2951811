"""Files of every kind: read as the people who made them meant, or refused with a sentence that says what to do."""

import csv
import zipfile
from io import BytesIO

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from channels.imports import reading
from channels.imports.columns import find_header, missing_columns, recognise
from channels.imports.reading import MAX_COLUMNS, MAX_ROWS, Line, ReadError, read
from tests.files import REAL, rewritten, same, text_file, with_sheet, workbook

ROWS = [
    ["Kanal", "Plattform", "Syfte"],
    ["Biblioteket", "Facebook", "Böcker, läsning; å ä ö"],
    ["Badet", "Instagram", ""],
]
CELLS = [["Kanal", "Plattform", "Syfte"], ["Biblioteket", "Facebook", "Böcker, läsning; å ä ö"], ["Badet", "Instagram"]]


def read_bytes(content):
    return read(BytesIO(content), len(content))


def cells(content):
    return [line.cells for line in read_bytes(content).lines]


def refusal(content):
    with pytest.raises(ReadError) as refused:
        read_bytes(content)
    return str(refused.value)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("cp1252", b"")],
)  # fmt: skip
def test_delimiter_and_encoding_are_told_by_the_content(delimiter, encoding, bom):
    assert cells(text_file(ROWS, delimiter, encoding, bom)) == CELLS


def test_latin_1_is_read_and_said():
    assert "Latin-1" in read_bytes(text_file(ROWS, encoding="latin-1")).remarks[0]


def test_excels_own_hint_is_followed_and_keeps_its_row():
    sheet = read_bytes(b"sep=;\r\n" + text_file(ROWS))
    assert [(line.number, line.cells) for line in sheet.lines][1:] == [(2, CELLS[0]), (3, CELLS[1]), (4, CELLS[2])]


def test_a_title_and_empty_rows_keep_the_numbers_of_the_spreadsheet():
    sheet = read_bytes(text_file([["Förteckning 2026"], [], *ROWS]))
    header = find_header(sheet.lines, "channels")
    assert (header.number, header.cells) == (3, CELLS[0])


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_the_columns_of_real_lists_are_recognised(path):
    sheet = read_bytes(path.read_bytes())
    mapping = recognise(find_header(sheet.lines, "channels").cells, "channels")
    assert {"name", "platform", "address", "handle", "unit", "purpose", "owner"} <= set(mapping)
    assert missing_columns(mapping, "channels") == []


def test_headers_are_told_whatever_their_case_spaces_and_marks():
    header = ["KANALENS  NAMN:", " plattform ", "Kontots_adress", "Ansvarig person", "Svarstid (timmar)"]
    assert recognise(header, "channels") == {"name": 0, "platform": 1, "address": 2, "owner": 3, "reply_hours": 4}


def test_a_workbook_is_read_as_text(tmp_path):
    from datetime import date, datetime

    rows = [
        ["Kanal", "Öppnad", "Svarstid", "Publik"],
        ["Bad", date(2024, 3, 1), 48, True],
        ["Ö", datetime(2024, 3, 1, 8, 30), 1.5, False],  # noqa: DTZ001  (a spreadsheet knows no time zone)
    ]
    assert cells(workbook(rows))[1:] == [["Bad", "2024-03-01", "48", "ja"], ["Ö", "2024-03-01 08:30", "1.5", "nej"]]


def test_the_first_visible_sheet_is_read_and_that_is_said():
    def hide(book):
        book.active.sheet_state = "hidden"
        for row in ROWS:
            book.create_sheet("Kanaler") if "Kanaler" not in book.sheetnames else None
            book["Kanaler"].append(row)
        book.create_sheet("Annat")

    sheet = read_bytes(workbook([["Hemligt"]], hide))
    assert [line.cells for line in sheet.lines] == CELLS
    assert "”Kanaler”" in sheet.remarks[0]


def test_a_formula_without_a_result_is_an_error_of_its_row_and_one_with_a_result_is_read():
    content = workbook([*ROWS, ["=A2", "Facebook", "x"]])
    lines = read_bytes(content).lines
    assert "A4 är en formel utan uträknat värde" in lines[3].problem
    assert not lines[1].problem
    computed = with_sheet(
        content,
        lambda xml: (
            xml.replace(b"<v></v>", b"<v>Badet</v>")
            .replace(b"<v />", b"<v>Badet</v>")
            .replace(b'r="A4"', b'r="A4" t="str"')
        ),
    )
    line = read_bytes(computed).lines[3]
    assert (line.cells[0], line.problem) == ("Badet", "")


def test_a_cell_that_shows_an_error_is_an_error_of_its_row():
    assert "#REF!" in read_bytes(workbook([*ROWS, ["#REF!", "Facebook"]])).lines[3].problem


def test_merged_cells_are_an_error_of_the_rows_they_cover():
    def merge(book):
        sheet: Worksheet = book.active
        sheet.merge_cells("B2:B3")

    lines = read_bytes(workbook(ROWS, merge)).lines
    assert ["B2:B3" in line.problem for line in lines] == [False, True, True]


def test_the_mark_that_an_export_puts_before_a_formula_is_taken_away():
    assert cells(text_file([["Kanal", "Konto"], ["'=SUM(A1)", "'@konto"], ["'nslov", "'t"]]))[1:] == [
        ["=SUM(A1)", "@konto"],
        ["'nslov", "'t"],
    ]


def test_invisible_characters_are_gone():
    assert cells("Kanal;Syfte\nBad\u202ehuset\x07;A\u0301\n".encode())[1] == ["Badhuset", "Á"]


# --- What cannot be used ----------------------------------------------------------------------------------------------
def bomb(size):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * size)
    return out.getvalue()


def archive(names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def locked():
    content = bytearray(workbook(ROWS))
    with zipfile.ZipFile(BytesIO(content)) as plain:
        first = plain.infolist()[0]
    content[first.header_offset + 6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    return bytes(content)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
HOSTILE = {
    "empty": (b"", "tom"),
    "only a mark": (b"\xef\xbb\xbf", "tom"),
    "only spaces": (b" \r\n;;;\r\n", "tom"),
    "an empty workbook": (workbook([]), "tom"),
    "fifty megabytes": (b"a;b\r\n" * 10_000_000, "för stor: 48 MB"),
    "xls": (OLE + "Workbook".encode("utf-16-le"), "gamla formatet xls"),
    "encrypted xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "lösenord"),
    "encrypted zip": (locked(), "lösenord"),
    "html as xls": (b"\xef\xbb\xbf <HTML><table><tr><td>Kanal</td></tr></table></HTML>", "webbsida"),
    "macros": (rewritten(workbook(ROWS), same, {"xl/vbaProject.bin": b"x"}), "makron"),
    "old macros": (rewritten(workbook(ROWS), same, {"xl/macrosheets/sheet1.xml": b"x"}), "makron"),
    "zip bomb": (bomb(300 * 1024 * 1024), "packas upp"),
    "many parts": (archive([f"xl/{n}" for n in range(3000)]), "packas upp"),
    "word": (archive(["word/document.xml", "[Content_Types].xml"]), "ingen tabell"),
    "opendocument": (archive(["mimetype", "content.xml"]), "OpenDocument"),
    "half a workbook": (workbook(ROWS)[:-400], "skadad"),
    "no parts inside": (archive(["xl/workbook.xml"]), "skadad"),
    "xml that is none": (with_sheet(workbook(ROWS), lambda xml: xml[:300]), "skadad"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "ingen tabell"),
    "a pdf": (b"%PDF-1.7 ...", "ingen tabell"),
    "NUL bytes": (b"Kanal;Plattform\r\nBad\0huset;Facebook\r\n", "ingen textfil"),
    "NUL in UTF-16": ("Kanal;Bad\0huset".encode("utf-16"), "ingen textfil"),
    "odd UTF-16": (b"\xff\xfeK\0a", "skadad"),
    "a million columns": (b";".join([b"a"] * 1_000_000), "fler än 100 kolumner"),
    "a quote that never ends": (b'Kanal;Plattform\r\n"Bad;Facebook\r\nBiblioteket;Facebook\r\n', "Rad 2"),
    "a cell without end": (b"Kanal;Plattform\r\n" + b"x" * 200_000 + b";y\r\n", "Rad 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_used_is_refused_with_a_reason(name):
    content, said = HOSTILE[name]
    assert said in refusal(content)


def test_the_end_of_a_cell_is_asked_for_whatever_others_have_set():
    before = csv.field_size_limit(10_000_000)  # the limit is for the whole process
    try:
        assert "Rad 2" in refusal(HOSTILE["a cell without end"][0])
    finally:
        csv.field_size_limit(before)


def test_entities_that_grow_are_refused():
    def grow(xml):
        entities = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        start = xml.index(b"<worksheet")
        return b'<?xml version="1.0"?>' + entities + xml[start:].replace(b"<sheetData>", b"<sheetData>&b;")

    assert "skadad" in refusal(with_sheet(workbook(ROWS), grow))


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds():
    claimed = with_sheet(workbook(ROWS), lambda xml: xml.replace(b'ref="A1:C3"', b'ref="A1:XFD1048576"'))
    assert cells(claimed) == CELLS


def test_a_sheet_with_a_cell_far_away_is_refused():
    far = with_sheet(workbook(ROWS), lambda xml: xml.replace(b'r="C2"', b'r="XFD2"'))
    assert "fler än 100 kolumner" in refusal(far)
    deep = with_sheet(
        workbook(ROWS),
        lambda xml: (
            xml.replace(b'<row r="3"', b'<row r="1048576"')
            .replace(b'r="A3"', b'r="A1048576"')
            .replace(b'r="B3"', b'r="B1048576"')
        ),
    )
    assert "20 000 rader" in refusal(deep)


def test_too_many_rows_are_refused(monkeypatch):
    assert MAX_ROWS >= 10_000
    monkeypatch.setattr(reading, "MAX_ROWS", 10)
    assert "rader" in refusal(text_file([["Kanal"], *[["x"]] * 80]))


def test_a_size_that_lies_unpacks_no_more_than_it_says():
    content = bytearray(bomb(1000))
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert "skadad" in refusal(bytes(content))


def test_a_row_as_wide_as_allowed_is_read():
    assert len(cells(text_file([["a"] * MAX_COLUMNS]))[0]) == MAX_COLUMNS
    assert find_header([Line(1, [])], "channels") is None
