"""What every page knows: the municipality, the menu, and whether this is the demo. Looked up only when a page asks."""

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kommun.models import Municipality
from kommun.navigation import items_for

log = logging.getLogger(__name__)


def municipality(request: HttpRequest) -> dict[str, Any]:
    """Return municipality, nav_items and demo. The lookups are lazy: a page that shows neither costs no query."""
    return {
        "municipality": SimpleLazyObject(_municipality),
        "nav_items": SimpleLazyObject(lambda: items_for(request)),
        "demo": settings.DEMO,
    }


def _municipality() -> Municipality | None:
    try:
        return Municipality.current()
    except DatabaseError:
        # Error pages use this too, and must be shown when it is the database that is gone.
        log.warning("The municipality could not be read; the page is shown without its name.")
        return None
