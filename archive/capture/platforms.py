"""The table of how pages are read (`platforms.toml`), checked when it is loaded."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("platforms.toml")


@dataclass(frozen=True)
class Extractor:
    """Where the posts of a platform's page stand: CSS selectors, tried from left to right; `@name` takes an attribute.

    `platform` is the key of the register, or empty for what is tried on every page.
    """

    platform: str
    post: str
    author: str
    text: str
    time: str
    comment: str = ""
    author_url: str = ""
    url: str = ""
    name: str = ""

    @property
    def source(self) -> str:
        """What the record calls it."""
        return self.name or self.platform


@dataclass(frozen=True)
class Table:
    """All of it. Patterns are matched without regard to letter case."""

    extractors: tuple[Extractor, ...]
    refuse_selectors: tuple[str, ...]
    refuse_texts: tuple[str, ...]
    banner_texts: tuple[str, ...]
    login_paths: tuple[str, ...]
    login_texts: tuple[str, ...]
    missing_texts: tuple[str, ...]

    def for_platform(self, key: str) -> list[Extractor]:
        """Return the extractors to try, in order: the platform's own, then the general ones."""
        return [one for one in self.extractors if one.platform == key and key] + [
            one for one in self.extractors if not one.platform
        ]

    def is_login_path(self, path: str) -> bool:
        """Return True for the path of a page where somebody signs in."""
        return any(re.search(pattern, path, re.IGNORECASE) for pattern in self.login_paths)


@cache
def table() -> Table:
    """Return the table. Raises ValueError or TypeError for a pattern or key that is wrong."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    patterns = {
        "refuse_texts": data["cookies"]["refuse_texts"],
        "banner_texts": data["cookies"]["banner_texts"],
        "login_paths": data["login"]["paths"],
        "login_texts": data["login"]["texts"],
        "missing_texts": data["missing"]["texts"],
    }
    for name, found in patterns.items():
        for pattern in found:
            try:
                re.compile(pattern)
            except re.error as wrong:
                raise ValueError(f"{TABLE.name}: {name}: {pattern}: {wrong}") from None
    return Table(
        extractors=tuple(Extractor(**row) for row in data["extractors"]),
        refuse_selectors=tuple(data["cookies"]["refuse_selectors"]),
        **{name: tuple(found) for name, found in patterns.items()},
    )
