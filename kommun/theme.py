"""The municipality's colours as custom properties, derived so that every pair stays readable (kommun/colour.py)."""

import hashlib
from functools import lru_cache

from kommun import colour
from kommun.models import Municipality

DEFAULT = ("#0b5563", "#86ccd8")


def brand_of(municipality: Municipality | None) -> tuple[str, str]:
    """Return the brand colours for light and dark; the default for what is not `#rrggbb` and must not reach a page."""
    if municipality is None:
        return DEFAULT
    found = (municipality.brand_colour, municipality.brand_colour_dark)
    light, dark = (own if colour.is_hex(own) else default for own, default in zip(found, DEFAULT, strict=True))
    return light, dark


@lru_cache(maxsize=8)
def css(brand: str, brand_dark: str) -> str:
    """Return the style sheet. The selectors are those of tokens.css, section 2 and 3, which this comes after."""
    derived = colour.theme(brand, brand_dark)
    light, dark = (_declarations(derived[mode]) for mode in ("light", "dark"))
    return (
        f":root {{ {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )


def etag(brand: str, brand_dark: str) -> str:
    """Return the validator of the style sheet."""
    return f'"{hashlib.sha256(css(brand, brand_dark).encode()).hexdigest()[:20]}"'


def _declarations(properties: dict[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in properties.items())
