"""What the pages draw: which characters of which fonts, in which colours, with which strokes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Stream

_NAMES = """
b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg ri
s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' "
"""
_OPERATORS = frozenset((*_NAMES.split(), "INLINE IMAGE"))
_SHOWS = frozenset(("Tj", "TJ", "'", '"'))
_DEEPEST = 12
_INVISIBLE = 3  # a way of drawing text


@dataclass
class Drawn:
    """What the pages of a file draw: the names of their faults, and the codes that they show of each font."""

    faults: list[str] = field(default_factory=list)
    fonts: dict[tuple[int, int], tuple[Any, set[int]]] = field(default_factory=dict)

    def page(self, page: pikepdf.Page) -> list[str]:
        """Read one page, and return its faults."""
        self.faults = []
        self._walk(page, page.obj.get("/Resources", Dictionary()), 0)
        return self.faults

    def _walk(self, drawn: Any, resources: Any, depth: int) -> None:
        fonts, things = resources.get("/Font", Dictionary()), resources.get("/XObject", Dictionary())
        font: Any = None
        mode = 0
        for operands, operator in pikepdf.parse_content_stream(drawn):
            name = str(operator)
            self._colour(name, operands)
            if name == "Tf":
                font = fonts.get(str(operands[0]))
            elif name == "Tr":
                mode = int(operands[0])
            elif name in _SHOWS and font is not None:
                self._text(font, operands[-1] if name != "TJ" else operands[0], mode)
            elif name == "Do":
                form = things.get(str(operands[0]))
                if isinstance(form, Stream) and form.get("/Subtype") == Name.Form and depth < _DEEPEST:
                    self._walk(form, form.get("/Resources", resources), depth + 1)

    def _colour(self, name: str, operands: Any) -> None:
        if name not in _OPERATORS:
            self.faults.append("operator")
        if name in ("k", "K") or (name in ("cs", "CS") and operands and operands[0] == Name.DeviceCMYK):
            self.faults.append("cmyk")

    def _text(self, font: Any, operand: Any, mode: int) -> None:
        codes = _codes(operand, font)
        key = font.objgen if font.objgen[0] else (0, id(font))
        self.fonts.setdefault(key, (font, set()))[1].update(codes)
        if 0 in codes and mode != _INVISIBLE and font.get("/Subtype") == Name.Type0:
            self.faults.append("glyph_missing")


def _codes(operand: Any, font: Any) -> set[int]:
    """Return the codes of the strings: two bytes each in a composite font, else one."""
    parts: Iterable[Any] = operand if isinstance(operand, pikepdf.Array) else [operand]
    strings = [bytes(part) for part in parts if isinstance(part, pikepdf.String)]
    if font.get("/Subtype") == Name.Type0:
        return {int.from_bytes(text[at : at + 2], "big") for text in strings for at in range(0, len(text) - 1, 2)}
    return {code for text in strings for code in text}
