"""Pictures as a PDF holds them: the packed data of a PNG or JPEG are copied as they are, and decoded by nobody.

What PDF/A cannot hold so (transparency, CMYK, interlaced, WebP, GIF, turned by the camera) is laid flat on white, as RGB.
"""

import struct
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageFile, ImageOps

# The library lets pictures that break off be read, in the whole process. What is kept must be whole.
ImageFile.LOAD_TRUNCATED_IMAGES = False

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TURNED = 0x0112
_COLOURS = {0: 1, 2: 3, 3: 1}  # PNG colour type → components; those with transparency are not here


@dataclass(frozen=True)
class Packed:
    """A picture ready to be put into a PDF: `data` as its filter left them."""

    width: int
    height: int
    data: bytes
    filter: str
    space: str  # "rgb", "grey", "palette"
    bits: int = 8
    palette: bytes = b""
    copied: bool = True  # False: it had to be laid flat
    parameters: dict[str, int] = field(default_factory=dict)


def packed(content: bytes) -> Packed:
    """Return the picture. Raises OSError or ValueError when it is none."""
    found = None
    if content.startswith(_SIGNATURE):
        found = _png(content)
    elif content.startswith(b"\xff\xd8"):
        found = _jpeg(content)
    return found or _png(_flat(content), copied=False) or _never()


def put(pdf: pikepdf.Pdf, picture: Packed) -> pikepdf.Object:
    """Add the picture to the file, once, and return it."""
    stream = pikepdf.Stream(pdf, picture.data)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = picture.width, picture.height, picture.bits
    stream.Filter = Name(f"/{picture.filter}")
    stream.Interpolate = False
    if picture.space == "palette":
        colours = pdf.make_stream(picture.palette)
        stream.ColorSpace = Array([Name.Indexed, Name.DeviceRGB, len(picture.palette) // 3 - 1, colours])
    else:
        stream.ColorSpace = Name.DeviceRGB if picture.space == "rgb" else Name.DeviceGray
    if picture.parameters:
        stream.DecodeParms = Dictionary({f"/{key}": value for key, value in picture.parameters.items()})
    return pdf.make_indirect(stream)


def _png(content: bytes, *, copied: bool = True) -> Packed | None:
    """Return the PNG's own packed rows; None for what a PDF cannot hold as it is."""
    header, data, palette = b"", [], b""
    at = len(_SIGNATURE)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        at += length + 12
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            return None
        elif kind == b"IDAT":
            data.append(body)
        elif kind == b"IEND":
            break
    if len(header) != 13:
        return None
    width, height, bits, colour, _method, _filter, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in _COLOURS or bits > 8 or interlaced or not data or (colour == 3 and not palette):
        return None
    parameters = {"Predictor": 15, "Colors": _COLOURS[colour], "BitsPerComponent": bits, "Columns": width}
    space = {0: "grey", 2: "rgb", 3: "palette"}[colour]
    return Packed(width, height, b"".join(data), "FlateDecode", space, bits, palette, copied, parameters)


def _jpeg(content: bytes) -> Packed | None:
    with Image.open(BytesIO(content), formats=("JPEG",)) as image:
        if image.mode not in ("RGB", "L") or image.getexif().get(_TURNED, 1) != 1:
            return None
        return Packed(image.width, image.height, content, "DCTDecode", "rgb" if image.mode == "RGB" else "grey")


def _flat(content: bytes) -> bytes:
    """Return the first frame as RGB on white, as a PNG."""
    with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
        image = ImageOps.exif_transpose(opened)
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            over = image.convert("RGBA")
            image = Image.new("RGB", over.size, (255, 255, 255))
            image.paste(over, mask=over.getchannel("A"))
        out = BytesIO()
        clean = Image.new("RGB", image.size)  # without what stood around it
        clean.paste(image.convert("RGB"))
        clean.save(out, "PNG", compress_level=6)
        return out.getvalue()


def _never() -> Packed:
    raise ValueError("a PNG of our own making that cannot be read")
