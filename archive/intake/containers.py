"""The four kinds of picture, taken apart and put together again without what is not the picture.

Text, position, camera data, programs after the end and unknown blocks are left out. The picture's own data are copied byte
for byte, never coded anew: what is seen is exactly what came. Nothing is decoded here, and sizes are read from the
headers, so a picture that would fill the memory is known before anything opens it.
"""

import re
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

ORIENTATION, GPS, EXIF_IFD, TAKEN_AT = 0x0112, 0x8825, 0x8769, 0x9003
# Half an Exif block is somebody's doing, and nothing to write in the log about.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin")
_EXIF = b"Exif\0\0"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # inside a scan: what ends it, not stuffing, restarts or filling
_TIME = re.compile(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")
# What reading an Exif block that somebody has made wrong on purpose can raise. It is left out either way.
_BROKEN = (SyntaxError, ValueError, KeyError, TypeError, IndexError, OSError, struct.error, ArithmeticError)


class BrokenPicture(ValueError):
    """The bytes end too early, or are not built as the format says."""


@dataclass
class Cleaned:
    """A picture without what is not the picture. `pixels` is the sum over its frames; `removed` says what was left out."""

    width: int = 0
    height: int = 0
    pixels: int = 0
    frames: int = 1
    content: bytes = b""
    removed: set[str] = field(default_factory=set)
    taken_at: str = ""

    def leave_out_exif(self, block: bytes) -> int:
        """Note what the Exif block held, and return how the picture is to be turned (1: as it is)."""
        try:
            exif = Image.Exif()
            exif.load(block if block.startswith(_EXIF) else _EXIF + block)
            position, taken = exif.get_ifd(GPS), exif.get_ifd(EXIF_IFD).get(TAKEN_AT)
            self.removed.add("position" if position else "camera")
            if isinstance(taken, str) and _TIME.fullmatch(taken):
                self.taken_at = taken
            turned = exif.get(ORIENTATION, 1)
            return turned if isinstance(turned, int) and 1 <= turned <= 8 else 1
        except _BROKEN:
            self.removed.add("position")  # it may have held one
            return 1


def clean_jpeg(data: bytes) -> Cleaned:
    """Keep what a decoder needs, the colour profile, and how the picture is turned."""
    found, kept, turned = Cleaned(), [], 1
    at = 2
    for marker, start, end in _jpeg_segments(data):
        body = data[start + 4 : end]
        if marker == 0xE1:
            if body.startswith(_EXIF):
                turned = found.leave_out_exif(body)
            else:
                found.removed.add("position" if b"GPS" in body else "text")
        elif marker == 0xFE:
            found.removed.add("text")
        elif marker == 0xDA or marker in _JPEG_KEPT or _is_known_block(marker, body):
            if marker in _JPEG_FRAMES:
                found.height, found.width = struct.unpack(">HH", body[1:5])
                found.pixels = max(found.pixels, found.width * found.height)
            kept.append(data[start:end])
        else:
            found.removed.add("other")
        at = end
    if data[at + 2 :].strip(b"\0"):
        found.removed.add("appended")
    first = [_turning_block(turned)] if turned != 1 else []
    # A decoder wants the JFIF block first and takes the Exif block after it.
    jfif = [part for part in kept[:1] if part[1] == 0xE0]
    found.content = b"".join([b"\xff\xd8", *jfif, *first, *kept[len(jfif) :], b"\xff\xd9"])
    return found


_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_KEPT = frozenset({*_JPEG_FRAMES, 0xC4, 0xCC, 0xDB, 0xDD})


def _is_known_block(marker: int, body: bytes) -> bool:
    starts = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
    return marker in starts and body.startswith(starts[marker])


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) of each segment up to the end marker; a scan with its data counts as one."""
    at = 2
    while True:
        if data[at : at + 1] != b"\xff" or at + 1 >= len(data):
            raise BrokenPicture
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = data[at + 1] if at + 1 < len(data) else 0
        if marker == 0xD9:
            return
        if marker in {0, 1} or 0xD0 <= marker <= 0xD8 or at + 4 > len(data):
            raise BrokenPicture
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == 0xDA:
            following = _MARKER.search(data, end)
            if following is None:
                raise BrokenPicture
            end = following.start()
        if end > len(data) or end < at + 4:
            raise BrokenPicture
        yield marker, at, end
        at = end


def _turning_block(turned: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    body = exif.tobytes()
    body = body if body.startswith(_EXIF) else _EXIF + body
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
_PNG_LEFT = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"acTL": "animation",
    b"fcTL": "animation",
    b"fdAT": "animation",
    b"tIME": "camera",
}


def clean_png(data: bytes) -> Cleaned:
    """Keep the picture and its colours. Of an animated one only the still picture is left."""
    found, kept, at = Cleaned(), [data[:8]], 8
    kind = b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise BrokenPicture
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            raise BrokenPicture
        if kind == b"IHDR":
            found.width, found.height = struct.unpack(">II", data[at + 8 : at + 16])
            found.pixels = found.width * found.height
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        elif kind == b"eXIf":
            found.leave_out_exif(data[at + 8 : end - 4])
        else:
            found.removed.add(_PNG_LEFT.get(kind, "other"))
        at = end
    if data[at:].strip(b"\0"):
        found.removed.add("appended")
    found.content = b"".join(kept)
    return found


def clean_gif(data: bytes) -> Cleaned:
    """Keep every frame and how often it repeats."""
    if len(data) < 13:
        raise BrokenPicture
    width, height = struct.unpack("<HH", data[6:10])
    found = Cleaned(width, height, frames=0)
    at = 13 + _table(data[10])
    kept = [data[:at]]
    while True:
        kind = data[at : at + 1]
        if kind == b";":
            break
        if kind == b",":
            end = _gif_frame(data, at, found)
            kept.append(data[at:end])
        elif kind == b"!":
            end = _sub_blocks(data, at + 2)
            label = data[at + 1]
            if label == 0xF9 or (label == 0xFF and data[at + 3 : at + 14] == b"NETSCAPE2.0"):
                kept.append(data[at:end])
            else:
                found.removed.add("text" if label in (0xFE, 0x01) else "other")
        else:
            raise BrokenPicture
        at = end
    if data[at + 1 :].strip(b"\0"):
        found.removed.add("appended")
    found.content = b"".join([*kept, b";"])
    return found


def _gif_frame(data: bytes, at: int, found: Cleaned) -> int:
    if at + 10 > len(data):
        raise BrokenPicture
    left, top, width, height, packed = struct.unpack("<HHHHB", data[at + 1 : at + 10])
    if left + width > found.width or top + height > found.height:
        raise BrokenPicture  # a frame larger than the picture would make the decoder take more memory than the header says
    found.frames += 1
    found.pixels += found.width * found.height
    return _sub_blocks(data, at + 11 + _table(packed))


def _table(packed: int) -> int:
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    while True:
        if at >= len(data):
            raise BrokenPicture
        length = data[at]
        at += 1 + length
        if length == 0:
            return at


_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_LEFT = {b"XMP ": "text"}


def clean_webp(data: bytes) -> Cleaned:
    """Keep the frames, the alpha channel and the colour profile."""
    found, kept = Cleaned(frames=0), []
    end_of_file = 8 + struct.unpack("<I", data[4:8])[0]
    if end_of_file > len(data):
        raise BrokenPicture
    at = 12
    while at + 8 <= end_of_file:
        kind, length = struct.unpack("<4sI", data[at : at + 8])
        end = at + 8 + length + length % 2
        if at + 8 + length > end_of_file:
            raise BrokenPicture
        body = data[at + 8 : at + 8 + length]
        _webp_size(kind, body, found)
        if kind == b"VP8X":
            body = bytes([body[0] & ~0x0C]) + body[1:]  # there is no Exif and no XMP any more
        if kind in _WEBP_KEPT:
            kept.append(struct.pack("<4sI", kind, length) + body + b"\0" * (length % 2))
        elif kind == b"EXIF":
            found.leave_out_exif(body)
        else:
            found.removed.add("position" if b"GPS" in body else _WEBP_LEFT.get(kind, "other"))
        at = end
    if data[end_of_file:].strip(b"\0"):
        found.removed.add("appended")
    inner = b"WEBP" + b"".join(kept)
    found.frames = max(found.frames, 1)
    found.pixels = found.width * found.height * found.frames
    found.content = b"RIFF" + struct.pack("<I", len(inner)) + inner
    return found


def _webp_size(kind: bytes, body: bytes, found: Cleaned) -> None:
    if kind == b"ANMF":
        found.frames += 1
        return
    if kind == b"VP8X" and len(body) >= 10:
        width, height = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    elif kind == b"VP8 " and len(body) >= 10:
        width, height = (size & 0x3FFF for size in struct.unpack("<HH", body[6:10]))
    elif kind == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind in {b"VP8X", b"VP8 ", b"VP8L"}:
        raise BrokenPicture
    else:
        return
    found.width, found.height = max(found.width, width), max(found.height, height)
