"""Fonts: inside the file, of a kind that the level allows, complete, and as wide as they say."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Name

_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_CLOSE = 1.5  # thousandths of an em that two widths may differ by


def font_faults(font: Any, codes: set[int], level: str) -> Iterator[str]:
    """Yield the faults of a font of which the codes are shown."""
    if font.get("/Subtype") == Name.Type3:
        yield from () if level[1] == "b" or "/ToUnicode" in font else ("no_unicode",)
        return
    composite = font.get("/Subtype") == Name.Type0
    real = font.DescendantFonts[0] if composite else font
    descriptor = real.get("/FontDescriptor")
    program = next((descriptor[key] for key in _PROGRAMS if descriptor is not None and key in descriptor), None)
    if program is None:
        yield "font_not_embedded"
        return
    # Compact outlines by themselves are allowed in part 1, wrapped as OpenType they are not.
    compact = program.get("/Subtype") in (Name.Type1C, Name.CIDFontType0C)
    if "/FontFile3" in descriptor and level[0] == "1" and not compact:
        yield "font_kind"
    if level[1] in "au" and "/ToUnicode" not in font:
        yield "no_unicode"
    if composite:
        yield from _composite(real, descriptor, level)
    if "/FontFile2" in descriptor and composite and real.get("/CIDToGIDMap") == Name.Identity:
        yield from _outlines(program, real, codes)


def _composite(real: Any, descriptor: Any, level: str) -> Iterator[str]:
    subset = str(descriptor.get("/FontName", ""))[7:8] == "+"
    if level[0] == "1" and subset and "/CIDSet" not in descriptor:
        yield "font_incomplete"
    if real.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in real:
        yield "font_incomplete"


def _outlines(program: Any, real: Any, codes: set[int]) -> Iterator[str]:
    """Yield what does not hold between the font program and what the file says of it."""
    try:
        with TTFont(BytesIO(program.read_bytes()), lazy=True) as font:
            if "glyf" not in font and "CFF " not in font:
                yield "font_kind"
                return
            units, count = font["head"].unitsPerEm, font["maxp"].numGlyphs
            metrics, order = font["hmtx"].metrics, font.getGlyphOrder()
    except (TTLibError, KeyError, AssertionError, ValueError, IndexError):
        yield "font_kind"
        return
    if any(code >= count for code in codes):
        yield "glyph_missing"
        return
    widths, usual = _widths(real.get("/W", Array())), float(real.get("/DW", 1000))
    for code in codes:
        has = metrics[order[code]][0] * 1000 / units
        if abs(widths.get(code, usual) - has) > _CLOSE:
            yield "font_widths"
            return


def _widths(listed: Any) -> dict[int, float]:
    """Return the widths of the codes: `c [w w …]` and `first last w` both occur."""
    found: dict[int, float] = {}
    at = 0
    while at + 1 < len(listed):
        first = int(listed[at])
        if isinstance(listed[at + 1], Array):
            found.update({first + number: float(width) for number, width in enumerate(listed[at + 1])})
            at += 2
        elif at + 2 < len(listed):
            last = min(int(listed[at + 1]), first + 65_535)
            found.update(dict.fromkeys(range(first, last + 1), float(listed[at + 2])))
            at += 3
        else:
            break
    return found
