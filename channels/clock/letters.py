"""What the clock writes to a person: one letter with everything that there is for them, what has run out first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from channels.clock.escalation import Told
from channels.models import Obligation
from kommun import words
from kommun.business_time import swedish_day
from kommun.outbox import Letter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ORDER = ("now", "late", "today", "soon", "open")
MOST = 20  # a longer list is not read; the rest is on the page


@dataclass(frozen=True)
class Thing:
    """An obligation that somebody is told of. `late`: its time has run out."""

    row: Obligation
    late: bool
    told: Told

    def group(self, morning: datetime) -> str:
        """Return under which heading it stands: now, late, today (runs out before the next working morning), soon or open."""
        due = self.row.due_at
        if self.row.at_once:
            return "now"
        if self.late:
            return "late"
        return "open" if due is None else "today" if due <= morning else "soon"

    def is_optional(self, person: User, morning: datetime) -> bool:
        """Return True for a reminder of one's own long before the time: the person may have ended those.

        What somebody else should have done is a duty to the one who is asked next, and so is what has no time: no day
        will come on which it is told again.
        """
        own = {person.pk, self.told.covers_for.pk if self.told.covers_for else person.pk}
        return self.group(morning) == "soon" and self.row.holder_id in own

    def __str__(self) -> str:
        """Return what, when, for whom, by which rule and why. Put together here: a round may hold hundreds."""
        row, told = self.row, self.told
        lines = [row.label]
        if row.at_once:
            lines.append(_("Genast. Har väntat sedan %(time)s.") % {"time": words.when_full(row.opened_at)})
        elif row.due_at is None:
            lines.append(_("Har väntat sedan %(time)s.") % {"time": words.when_full(row.opened_at)})
        else:
            text = _("Skulle ha varit klart %(time)s.") if self.late else _("Klart senast %(time)s.")
            lines.append(text % {"time": _until(row.due_at)})
        if told.covers_for is not None:
            lines.append(_("Du gör det för %(person)s.") % {"person": told.covers_for})
        if row.cite:
            lines.append(_("Regel: %(rule)s.") % {"rule": row.cite})
        lines.append(_("Varför du: %(why)s") % {"why": told.why})
        lines.append(settings.SITE_URL + row.get_absolute_url())
        return "- " + "\n  ".join(lines)


@lru_cache(maxsize=1000)
def _until(due: datetime) -> str:
    """Return until when, in the municipality's language. Most of what is due on a day is due when it ends."""
    return words.due_full(due)


def letter_to(
    person: User,
    things: list[Thing],
    morning: datetime,
    *,
    at_once: bool = False,
    foot: Mapping[str, object] | None = None,
) -> Letter:
    """Return the letter, the most urgent things first. Call it with the municipality's language active.

    `morning`: the next working morning. `at_once`: the letter could not wait for it. `foot`: how it is ended, where it can be.
    """
    things = sorted(things, key=lambda one: (ORDER.index(one.group(morning)), one.row.due_at or one.row.opened_at))
    late = sum(thing.late for thing in things)
    context = {
        "groups": _groups(things[:MOST], morning),
        "more": len(things) - MOST,
        "what": things[0].row.label,
        "count": len(things),
        "late": late,
        "at_once": at_once,
        **(foot or {}),
    }
    return Letter(person.email, _subject(len(things), late, at_once=at_once), "mail/clock.txt", context)


def _groups(things: list[Thing], morning: datetime) -> list[tuple[str, str]]:
    """Return (heading, text) of each group that holds something."""
    titles = {
        "now": _("Genast"),
        "late": _("Försenat"),
        "today": _today(morning),
        "soon": _("Snart"),
        "open": _("Utan bestämd tid"),
    }
    by_group = groupby(things, key=lambda one: one.group(morning))
    return [(titles[group], "\n\n".join(map(str, those))) for group, those in by_group]


def _today(morning: datetime) -> str:
    """Return the heading of what runs out before the next working morning: it may be that of another day than tomorrow."""
    return _("Före %(day)s kl. %(time)s") % {"day": words.day_full(swedish_day(morning)), "time": words.clock(morning)}


def _subject(count: int, late: int, *, at_once: bool) -> "StrPromise":
    """Return the subject with named gaps, which are filled when it is written: a label may hold a per cent sign."""
    if count == 1 and late:
        return gettext_lazy("Försenat: %(what)s")
    if count == 1:
        return gettext_lazy("Brådskar: %(what)s") if at_once else gettext_lazy("Påminnelse: %(what)s")
    if late:
        return ngettext_lazy(
            "%(late)s av %(count)s uppgifter är försenad", "%(late)s av %(count)s uppgifter är försenade", late
        )
    return (
        gettext_lazy("%(count)s uppgifter brådskar") if at_once else gettext_lazy("%(count)s uppgifter väntar på dig")
    )
