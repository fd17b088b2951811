"""How the public pages say things: who answers, how fast, which account. Pure: values in, words out."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from kommun.policy import Rule
from kommun.policy.base import Deadline
from kommun.policy.values.talking import ReplyWithin

# Two letters for the platform, as people shorten it. Decoration beside its name.
MARKS = {"facebook": "Fb", "instagram": "Ig", "linkedin": "Li", "youtube": "Yt", "tiktok": "Tt", "whatsapp": "Wa"}


@dataclass(frozen=True)
class Reply:
    """A promised reply time. Either a number with its unit, or a word: *skyndsamt* is no number."""

    value: int | None = None
    unit: str = "hours"  # hours or days
    working_days: bool = False
    word: str = ""

    @property
    def sentence(self) -> str:
        """Return "Svarar inom 48 timmar på vardagar"."""
        if self.value is None:
            return _("Svarar %(how_soon)s") % {"how_soon": self.word}
        if self.value == 0:
            return _("Svarar genast")
        return _("Svarar %(within)s") % {"within": within_words(self.value, self.unit, working_days=self.working_days)}


def within_words(value: int, unit: str, *, working_days: bool) -> str:
    """Return "inom 48 timmar på vardagar", "inom 2 vardagar", "inom 48 timmar" or "inom 2 dagar"."""
    if unit == "hours" and working_days:
        text = ngettext("inom %(count)s timme på vardagar", "inom %(count)s timmar på vardagar", value)
    elif unit == "hours":
        text = ngettext("inom %(count)s timme", "inom %(count)s timmar", value)
    elif working_days:
        text = ngettext("inom %(count)s vardag", "inom %(count)s vardagar", value)
    else:
        text = ngettext("inom %(count)s dag", "inom %(count)s dagar", value)
    return text % {"count": value}


def reply_time(hours: int | None, rule: Rule[ReplyWithin] | None) -> Reply | None:
    """Return what is promised: the channel's own hours, else the policy's. None when nobody has promised anything.

    The calendar is always the policy's: hours on working days are not the same hours as round the clock.
    Source: rule reply.within, matrix G2 and G3.
    """
    deadline = rule.value if rule else None
    working_days = deadline is not None and deadline.calendar == "working_days"
    if hours is not None:
        return Reply(hours, "hours", working_days)
    if deadline is None:
        return None
    if deadline.value is not None:
        return Reply(deadline.value, deadline.unit or "hours", working_days)
    return Reply(word=deadline.word) if deadline.word else None


def removal_words(limit: Deadline | None) -> str:
    """Return when something is removed: "genast", "skyndsamt", "inom 48 timmar, även på helger". Empty without a limit."""
    if limit is None:
        return ""
    if limit.value is None:
        return limit.word or ""
    if limit.value == 0:
        return limit.word or _("genast")
    working_days = limit.counted_in == "working_days"
    within = within_words(limit.value, limit.unit or "hours", working_days=working_days)
    if not working_days:
        within = _("%(within)s, även på helger") % {"within": within}
    return _("%(how_soon)s, senast %(within)s") % {"how_soon": limit.word, "within": within} if limit.word else within


def person_words(user: User | None, *, named: bool) -> str:
    """Return role and unit, and the name when the municipality shows names. Never the name otherwise, not even as a role."""
    if user is None:
        return ""
    role = user.title or (user.name if named else "")
    words = ", ".join(part for part in (role, user.unit.name if user.unit else "") if part)
    if named and user.name and user.name != role:
        return _("%(name)s (%(role)s)") % {"name": user.name, "role": words} if words else user.name
    return words


def platform_mark(key: str, name: str) -> str:
    """Return two letters for the platform."""
    return MARKS.get(key) or name[:2].strip().capitalize()
