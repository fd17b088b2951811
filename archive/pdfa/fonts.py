"""The fonts of what is kept: those in this folder and no others, so that a document looks the same wherever it is made.

All have TrueType outlines, which part 1 of PDF/A asks for. The picture signs are in one colour: coloured ones are
transparent, and that is not allowed either. The licences stand beside the files.
"""

from functools import cache
from pathlib import Path
from typing import Any

import cffi
from fontTools.ttLib import TTFont
from weasyprint.text import ffi as library
from weasyprint.text.fonts import FontConfiguration

FOLDER = Path(__file__).parent / "fonts"
FAMILIES = '"DejaVu Sans", "Noto Emoji", "Droid Sans Fallback"'

_own = cffi.FFI()
_own.cdef("""
    void *FcConfigCreate(void);
    int FcConfigAppFontAddFile(void *config, const char *file);
    void FcConfigDestroy(void *config);
""")


@cache
def files() -> tuple[Path, ...]:
    """Return the font files, in a fixed order."""
    return tuple(sorted(FOLDER.glob("*.ttf")))


@cache
def covered() -> frozenset[int]:
    """Return every code point that one of the fonts can draw."""
    found: set[int] = set()
    for path in files():
        with TTFont(path, lazy=True) as font:
            found.update(code for code, glyph in font.getBestCmap().items() if glyph != ".notdef")
    return frozenset(found)


class OwnFonts(FontConfiguration):
    """The library's fonts, but for one thing: it takes what the machine has, and this only what lies in the folder.

    `__init__` replaces the library's, which reads the machine's configuration. Raises OSError when a font is unreadable.
    """

    def __init__(self) -> None:
        fontconfig = _fontconfig()
        config = fontconfig.FcConfigCreate()
        for path in files():
            if not fontconfig.FcConfigAppFontAddFile(config, str(path).encode()):
                raise OSError(f"the font {path.name} cannot be read")
        self._config = library.ffi.cast("FcConfig *", int(_own.cast("uintptr_t", config)))
        self.font_map = library.ffi.gc(library.pangoft2.pango_ft2_font_map_new(), library.gobject.g_object_unref)
        as_map = library.ffi.cast("PangoFcFontMap *", self.font_map)
        library.pangoft2.pango_fc_font_map_set_config(as_map, self._config)
        fontconfig.FcConfigDestroy(config)  # the map holds it now
        self._folder = None
        self.strut_layouts: dict[Any, Any] = {}
        self.font_features: dict[Any, Any] = {}


@cache
def _fontconfig() -> Any:
    for name in ("libfontconfig.so.1", "libfontconfig.so", "libfontconfig.1.dylib"):
        try:
            return _own.dlopen(name)
        except OSError:
            continue
    raise OSError("fontconfig is not installed")
