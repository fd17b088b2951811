"""Times and numbers in words, as people in Sweden write them. Pure: the caller says what the time is.

"Never a bare date": near days are named, and what is due says how long is left and until when.
"""

from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

NBSP = "\N{NO-BREAK SPACE}"
SOON = timedelta(hours=12)  # from here on a deadline is "soon"; a guess to be tried with account owners
IN_HOURS = timedelta(hours=48)  # closer than this it is counted in hours and minutes, further off in days
IN_DAYS = 60  # a longer time than this is said as a date


def number(value: int | float) -> str:
    """Return the number with a non-breaking space for each thousand and a decimal comma: 12 345,5."""
    whole, _point, decimals = f"{value:,}".partition(".")
    return whole.replace(",", NBSP) + (
        f"{pgettext('decimal sign', ',')}{decimals}" if decimals and decimals != "0" else ""
    )


def clock(moment: datetime) -> str:
    """Return the time of day in Sweden: 15.20."""
    return date_format(localtime(moment), pgettext("Django date format: time of day", "H.i"))


def day_words(day: date, today: date) -> str:
    """Return "i dag", "i går", "i morgon", otherwise "fre 20 nov", with the year when it is another."""
    match (day - today).days:
        case 0:
            return _("i dag")
        case -1:
            return _("i går")
        case 1:
            return _("i morgon")
    if day.year == today.year:
        return _in_a_sentence(date_format(day, pgettext("Django date format: day", "D j N")))
    return _in_a_sentence(date_format(day, pgettext("Django date format: day with year", "D j N Y")))


def _in_a_sentence(text: str) -> str:
    """Return the date as it stands in a sentence: Swedish writes days and months with small letters, English does not."""
    return text if (get_language() or "").startswith("en") else text.lower()


def day_full(day: date) -> str:
    """Return the whole date, for records: 20 november 2026."""
    return date_format(day, pgettext("Django date format: whole date", "j F Y"))


def when_words(moment: datetime, now: datetime) -> str:
    """Return "i dag kl. 15.20" or "fre 20 nov kl. 15.20", in Swedish time."""
    day = day_words(localtime(moment).date(), localtime(now).date())
    return _("%(day)s kl. %(time)s") % {"day": day, "time": clock(moment)}


def when_full(moment: datetime) -> str:
    """Return "20 november 2026 kl. 15.20", in Swedish time, for records."""
    return _("%(day)s kl. %(time)s") % {"day": day_full(localtime(moment).date()), "time": clock(moment)}


def due_full(due: datetime) -> str:
    """Return until when, for records: "20 november 2026 kl. 15.20", or only the day when the whole day may be used."""
    day = _whole_day(due)
    return day_full(day) if day else when_full(due)


def _whole_day(due: datetime) -> date | None:
    """Return the day that ends at a time limit at midnight, which nobody would call "kl. 00.00" of the next."""
    local = localtime(due)
    return local.date() - timedelta(days=1) if local.time() == time.min else None


def ago_words(moment: datetime, now: datetime) -> str:
    """Return how long ago it was, "för 3 dagar sedan", or how long until it is, "om 3 dagar"."""
    gone = now - moment
    minutes, hours = int(abs(gone).total_seconds() // 60), int(abs(gone).total_seconds() // 3600)
    days = abs((localtime(now).date() - localtime(moment).date()).days)
    if minutes < 1:
        return _("nyss") if gone >= timedelta() else _("strax")
    if days > IN_DAYS:
        return day_words(localtime(moment).date(), localtime(now).date())
    if minutes < 60:
        length = ngettext("%(count)s minut", "%(count)s minuter", minutes) % {"count": minutes}
    elif hours < 24:
        length = ngettext("%(count)s timme", "%(count)s timmar", hours) % {"count": hours}
    else:
        length = ngettext("%(count)s dag", "%(count)s dagar", days) % {"count": days}
    text = _("för %(length)s sedan") if gone >= timedelta() else _("om %(length)s")
    return text % {"length": length}


def level(due: datetime, now: datetime) -> str:
    """Return "late", "soon" or "calm". Late from the very instant: a deadline is exclusive."""
    if now >= due:
        return "late"
    return "soon" if due - now <= SOON else "calm"


def left_words(due: datetime, now: datetime) -> str:
    """Return "6 tim 8 min kvar", "3 dagar kvar" or "1 tim 17 min för sent"."""
    text = _("%(length)s för sent") if now >= due else _("%(length)s kvar")
    return text % {"length": _length(abs(due - now))}


def due_words(due: datetime, now: datetime) -> str:
    """Return "senast i dag kl. 15.20" or "gick ut i dag kl. 07.55", with the day alone when the whole day may be used."""
    text = _("gick ut %(when)s") if now >= due else _("senast %(when)s")
    day = _whole_day(due)
    return text % {"when": day_words(day, localtime(now).date()) if day else when_words(due, now)}


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if span >= IN_HOURS:
        return ngettext("%(count)s dag", "%(count)s dagar", span.days) % {"count": span.days}
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s tim %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
