"""Colours as numbers: contrast (WCAG 2.2, 1.4.3) and the tints that the municipality's own colour gives.

Pure functions. A colour is a text `#rrggbb`; anything else is refused, because the text ends up in a style sheet.
Lightness, chroma and distance are measured in OKLab, where equal steps look equal (Ottosson 2020).
"""

import math
import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

HEX = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, 1.4.3: text of ordinary size
WHITE = "#ffffff"
PAPER_DARK = "#141d1d"
ERROR_RED = ("#a8131d", "#b3161f")  # --red and --red-solid in tokens.css
# Every surface that a link or an accented word may stand on (tokens.css), apart from the tint of the brand itself.
SURFACES_LIGHT = ("#ffffff", "#f1f4f4", "#e6ecec", "#fdebea", "#fff2d3", "#e2f3e9", "#e6eefa")
SURFACES_DARK = ("#0d1414", "#141d1d", "#1d2828", "#3a1716", "#33260b", "#12301f", "#14273f")
CLOSE = 0.1  # distance in OKLab under which two colours are taken for each other at a glance

Rgb = tuple[float, float, float]


def is_hex(text: str) -> bool:
    """Return True for exactly `#rrggbb`."""
    return bool(HEX.fullmatch(text))


def to_rgb(colour: str) -> Rgb:
    """Return the three channels, 0 to 1, gamma-encoded. Raises ValueError for anything but `#rrggbb`."""
    if not is_hex(colour):
        raise ValueError(f"not a colour of the form #rrggbb: {colour!r}")
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white). Source: WCAG 2.2, definition of relative luminance."""
    red, green, blue = (_linear(channel) for channel in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21. The order does not matter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: str, other: str) -> float:
    """Return how far apart two colours look: 0 for the same, about 1 for black and white."""
    return math.dist(_to_oklab(one), _to_oklab(other))


def is_close_to_error_red(colour: str) -> bool:
    """Return True when the colour can be taken for the red that means that something is wrong."""
    return any(distance(colour, red) < CLOSE for red in ERROR_RED)


def with_lightness(colour: str, lightness: float, max_chroma: float = 0.4) -> str:
    """Return the colour's hue at another OKLab lightness (0 to 1), with its chroma cut to what a screen can show."""
    _was, a, b = _to_oklab(colour)
    chroma = math.hypot(a, b)
    scale = min(1.0, max_chroma / chroma) if chroma else 0.0
    while scale > 0:
        channels = _from_oklab(lightness, a * scale, b * scale)
        if all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
        scale -= 0.02
    else:
        channels = _from_oklab(lightness, 0.0, 0.0)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in channels)


def readable(colour: str, surfaces: tuple[str, ...]) -> str:
    """Return the colour, darkened or lightened just enough to be read as text on every one of the surfaces.

    Dark surfaces ask for a lighter colour, light ones for a darker. The hue stays.
    """
    step = 0.01 if luminance(surfaces[0]) < 0.5 else -0.01  # half of the scale
    lightness, result = _to_oklab(colour)[0], colour
    while min(contrast(result, surface) for surface in surfaces) < READABLE and 0 < lightness + step < 1:
        lightness += step
        result = with_lightness(colour, lightness)
    return result


def theme(brand: str, brand_dark: str) -> dict[str, dict[str, str]]:
    """Return the custom properties that follow the brand, for light and for dark. Every value is `#rrggbb`.

    The band carries the brand as it is. Links and buttons carry it adjusted, so that they can be read on every surface.
    Raises ValueError for anything but `#rrggbb`.
    """
    soft = with_lightness(brand, 0.953, 0.014)
    accent = readable(brand, (*SURFACES_LIGHT, soft))
    soft_dark = with_lightness(brand_dark, 0.29, 0.035)
    accent_dark = readable(brand_dark, (*SURFACES_DARK, soft_dark))
    return {
        "light": {
            "--brand": brand.lower(),
            "--band": brand.lower(),
            "--accent": accent,
            "--accent-soft": soft,
            "--accent-hover": with_lightness(accent, max(0.05, _to_oklab(accent)[0] - 0.1)),
        },
        "dark": {
            "--brand-dark-mode": brand_dark.lower(),
            "--band": with_lightness(brand_dark, 0.24, 0.04),
            "--accent": accent_dark,
            "--accent-soft": soft_dark,
            "--accent-hover": with_lightness(accent_dark, min(0.97, _to_oklab(accent_dark)[0] + 0.07)),
        },
    }


def validate_brand_colour(value: str) -> None:
    """Refuse a brand colour that white text cannot be read on. For the light theme. Raises ValidationError."""
    _validate(
        value, WHITE, _("Välj en mörkare färg. Vit text på färgen har kontrasten %(ratio)s:1 och behöver minst 4,5:1.")
    )


def validate_brand_colour_dark(value: str) -> None:
    """Refuse a brand colour that cannot be read on the dark theme's paper. Raises ValidationError."""
    _validate(
        value,
        PAPER_DARK,
        _("Välj en ljusare färg. Mot mörk bakgrund är kontrasten %(ratio)s:1 och den behöver vara minst 4,5:1."),
    )


def _validate(value: str, surface: str, message: "StrPromise") -> None:
    if not is_hex(value):
        raise ValidationError(_("Skriv färgen som # och sex tecken, till exempel #0b5563."), code="not_a_colour")
    ratio = contrast(value, surface)
    if ratio < READABLE:
        # Cut, not rounded: 4.49 must not be shown as 4.5.
        shown = f"{math.floor(ratio * 10) / 10:.1f}".replace(".", ",")
        raise ValidationError(message, code="contrast", params={"ratio": shown})


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # sRGB curve


def _gamma(channel: float) -> float:
    if channel <= 0.0031308:  # sRGB curve
        return 12.92 * channel
    return 1.055 * channel ** (1 / 2.4) - 0.055


def _to_oklab(colour: str) -> Rgb:
    red, green, blue = (_linear(channel) for channel in to_rgb(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )
