"""System checks of the municipality: its colours must be readable.

The check asks the database and so runs with `manage.py check --database default` and before each migrate, never at an
ordinary start: a page must come up although the database does not.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's own name)
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from kommun import colour
from kommun.models import Municipality


@register(Tags.database)
def check_brand_colours(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Refuse a brand colour that cannot be read, and warn of one that looks like the red of an error."""
    if "default" not in (databases or ()):
        return []
    try:
        municipality = Municipality.current()
    except DatabaseError:
        return []  # not migrated yet: there is no municipality to check
    if municipality is None:
        return []
    return brand_messages(municipality.brand_colour, municipality.brand_colour_dark)


def brand_messages(brand: str, brand_dark: str) -> list[CheckMessage]:
    """Return what is wrong with the two colours. E001: light, E002: dark, W001: close to the error red."""
    found: list[CheckMessage] = []
    checks = (
        (brand, colour.validate_brand_colour, "kommun.E001"),
        (brand_dark, colour.validate_brand_colour_dark, "kommun.E002"),
    )
    for value, validate, code in checks:
        try:
            validate(value)
        except ValidationError as wrong:
            found.append(Error(" ".join(wrong.messages), hint=value, id=code))
    if colour.is_hex(brand) and colour.is_close_to_error_red(brand):
        text = _("Profilfärgen är så lik felrött att en vanlig knapp kan tas för en varning.")
        found.append(Warning(text, hint=brand, id="kommun.W001"))
    return found
