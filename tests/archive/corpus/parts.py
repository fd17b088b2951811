"""What hostile files are put together from. Everything is made by code, so that it can be read."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

GPS = 0x8825


def picture(kind: str, size: tuple[int, int] = (8, 6), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 90).save(out, kind, **options)
    return out.getvalue()


def exif(*, orientation: int = 1, position: bool = True, taken: str = "2026:06:19 21:30:00") -> bytes:
    """Exif as a phone writes it: how it is held, when, and where."""
    block = Image.Exif()
    block[0x0112], block[0x0110] = orientation, "Telefon 12"
    block.get_ifd(0x8769)[0x9003] = taken
    if position:
        block.get_ifd(GPS).update({1: "N", 2: (59.0, 50.0, 12.0), 3: "E", 4: (13.0, 8.0, 30.0)})
    return block.tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*extra: bytes, width: int = 2, height: int = 2, data: bytes | None = None, depth: int = 8) -> bytes:
    """A grey PNG with chunks of one's own after the header."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    packed = zlib.compress(b"".join(b"\0" + b"\x55" * width for _row in range(height))) if data is None else data
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*extra: bytes, after: bytes = b"", **options: Any) -> bytes:
    """A JPEG with segments of one's own after the start, and bytes after the end."""
    plain = picture("JPEG", **options)
    return plain[:2] + b"".join(extra) + plain[2:] + after


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header says another size than it has."""
    plain = bytearray(picture("JPEG"))
    at = plain.index(b"\xff\xc0")
    plain[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(plain)


def gif(
    frames: int = 1, width: int = 2, height: int = 2, box: tuple[int, int] | None = None, extra: bytes = b""
) -> bytes:
    """A GIF with so many one-coloured frames; `box` is the size that each frame says it has."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, *(box or (1, 1)), 0) + b"\x02\x02\x44\x01\x00"
    return head + extra + frame * frames + b";"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(*objects: bytes, after: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, one) for number, one in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"xref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + after


def object_list(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(packed), packed)
