"""The main menu. Apps add their entries by dotted string (settings.KANALKOLLEN_NAVIGATION); kommun imports none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class NavItem:
    """One entry. `phone` entries stand in a phone's bottom bar (at most four fit); the others are reached by "Mer"."""

    url_name: str
    label: Any  # str or a lazy translation
    icon: str
    count: int = 0
    count_label: Any = ""  # what is counted, for those who do not see the badge: "ansökningar att svara på"
    phone: bool = False
    order: int = 50

    @property
    def url(self) -> str:
        """The address."""
        return reverse(self.url_name)


Source = Callable[[HttpRequest], Sequence[NavItem]]


@lru_cache
def _sources(paths: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(import_string(path) for path in paths)


def items_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the signed-in person's menu shows, in order, and which entry the page belongs to.

    The entry with the longest address that the page's own address begins with is the current one.
    """
    found = [item for source in _sources(tuple(settings.KANALKOLLEN_NAVIGATION)) for item in source(request)]
    found.sort(key=lambda item: item.order)
    under = [item.url for item in found if request.path.startswith(item.url)]
    here = max(under, key=len, default="")
    return [
        {
            "url": item.url,
            "label": item.label,
            "icon": item.icon,
            "count": item.count,
            "count_label": item.count_label,
            "phone": item.phone,
            "current": ("page" if request.path == item.url else "true") if item.url == here else "",
        }
        for item in found
    ]


def items(request: HttpRequest) -> list[NavItem]:
    """Return kommun's own entries: the start page and the rulebook, for everybody who is signed in."""
    if not request.user.is_authenticated:
        return []
    return [
        NavItem("start", _("Start"), "home", phone=True, order=0),
        NavItem("rulebook", _("Regelverk"), "book", phone=True, order=90),
    ]
