"""How long a record is kept: what the policy's schedule says of it, and when it may be destroyed. The longest wins.

Pure but for the question to the policy. What no line of the schedule is about is not decided, and is never destroyed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from archive.models import Record
from channels.models import Channel
from channels.queries import channel_scope
from kommun import policy
from kommun.business_time import add_months
from kommun.policy import keys

FOR_EVER = date.max


@dataclass(frozen=True)
class Terms:
    """What holds for one record: the line of the schedule. Without a class nothing is decided (`fate` empty)."""

    retention_class: str = ""
    fate: str = ""
    months: int | None = None
    counted_from: str = ""
    cite: str = ""

    def put_on(self, record: Record) -> bool:
        """Write the terms on the record, which the caller stores. Return True when they are other than before."""
        before = (record.retention_class, record.fate, record.keep_months, record.counted_from)
        record.retention_class, record.fate = self.retention_class, self.fate
        record.keep_months, record.counted_from = self.months, self.counted_from
        record.retention_cite = self.cite[:300]
        return before != (record.retention_class, record.fate, record.keep_months, record.counted_from)


UNDECIDED = Terms()
FIELDS = ("retention_class", "fate", "keep_months", "counted_from", "retention_cite")


def terms_for(channel: Channel, kind: str, keeping: str) -> Terms:
    """Return what the policy in force says of a record of the channel: the first line that fits. Source: records.disposal."""
    rule = policy.rule(keys.DISPOSAL, channel_scope(channel))
    for line in rule.value.retention if rule else ():
        if (not line.kinds or kind in line.kinds) and (not line.kept_as or keeping in line.kept_as):
            return Terms(line.key, line.fate, line.months, line.counted_from or "", rule.cite() if rule else "")
    return UNDECIDED


def last_day_kept(fate: str, months: int | None, since: date | None) -> date | None:
    """Return the first day when the record may be destroyed; FOR_EVER for what is kept. None: not decided, or not begun.

    `since`: the Swedish day that is counted from; None while the matter or the channel is open.
    """
    if fate == Record.Fate.KEEP:
        return FOR_EVER
    if fate != Record.Fate.DESTROY or months is None or since is None:
        return None
    return add_months(since, months)


def longest(days: Iterable[date | None]) -> date | None:
    """Return the day for what belongs to several records: the last one. None, not decided, outlasts every day but FOR_EVER.

    Nothing at all is not decided either.
    """
    found = list(days)
    if FOR_EVER in found:
        return FOR_EVER
    known = [day for day in found if day is not None]
    return max(known) if known and len(known) == len(found) else None
