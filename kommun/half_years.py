"""Half-years: the 1st of January to the 30th of June, and the 1st of July to the 31st of December, in Swedish days."""

import re
from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

_KEY = re.compile(r"(19\d\d|2\d{3})-([12])", re.ASCII)


def half_of(day: date) -> date:
    """Return the first day of the half-year."""
    return date(day.year, 7 if day.month > 6 else 1, 1)


def next_half(starts_on: date) -> date:
    """Return the first day of the half-year after."""
    return date(starts_on.year + 1, 1, 1) if starts_on.month > 6 else date(starts_on.year, 7, 1)


def last_day(starts_on: date) -> date:
    """Return the last day of the half-year."""
    return next_half(starts_on) - timedelta(days=1)


def bounds(starts_on: date) -> tuple[datetime, datetime]:
    """Return the instants when it begins and when it is over; the second is not part of it."""
    zone = get_default_timezone()
    first, after = (datetime.combine(day, time.min, tzinfo=zone) for day in (starts_on, next_half(starts_on)))
    return first, after


def half_name(starts_on: date) -> str:
    """Return what a half-year is called."""
    values = {"year": starts_on.year}
    return _("Andra halvåret %(year)s") % values if starts_on.month > 6 else _("Första halvåret %(year)s") % values


def half_key(starts_on: date) -> str:
    """Return a half-year as it stands in an address: 2026-2."""
    return f"{starts_on.year}-{2 if starts_on.month > 6 else 1}"


def half_from(key: str) -> date | None:
    """Return the half-year that an address names, or None for what is none."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return date(int(found[1]), 7 if found[2] == "2" else 1, 1)
