"""What stops disposal (undantag): set by hand, said by apps above, and the registrar's matter that is not closed.

Holds always win. They are asked when a list is made, when it is read, and again in the transaction that destroys.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from archive import belongings
from archive.belongings import Stop, Stops
from archive.models import DiarySheet, Hold, Record

_LOCK = 7040005  # whoever destroys, and whoever sets a hold, wait for each other here


def lock() -> None:
    """Wait until nothing is being destroyed, and let nothing be until this transaction is over.

    Whatever makes a new stop calls this first; so a hold that is set is never overtaken by a disposal that asked before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def stops(records: Sequence[Record]) -> Stops:
    """Return why each record may not be destroyed now; records that nothing stops are left out. Set-based."""
    found = belongings.stops(records)
    for record in records:
        if reasons := _of_the_row(record):
            found.setdefault(record.pk, []).extend(reasons)
    ids = [record.pk for record in records]
    channels = {record.channel_id for record in records}
    rows = Hold.objects.in_force().filter(Q(record_number__in=ids) | Q(channel__in=channels))
    by_hand = list(rows.order_by("pk"))
    for record in records:
        for hold in by_hand:
            if record.pk == hold.record_number or record.channel_id == hold.channel_id:
                found.setdefault(record.pk, []).append(Stop(hold.kind, _by_hand(hold)))
    waiting = DiarySheet.objects.filter(
        record__in=ids, status__in=(DiarySheet.Status.PROPOSED, DiarySheet.Status.RETURNED)
    )
    for pk in waiting.values_list("record_id", flat=True):
        found.setdefault(pk, []).append(Stop(Hold.Kind.MATTER, _("Registratorn har inte svarat på diariebladet.")))
    return found


def _of_the_row(record: Record) -> list[Stop]:
    if record.keeping == Record.Keeping.REGISTER and not record.diary_number:
        return [Stop(Hold.Kind.MATTER, _("Handlingen ska diarieföras och har inget diarienummer än."))]
    return []


def _by_hand(hold: Hold) -> str:
    what = _("kanalen") if hold.channel_id else _("handlingen")
    return _("Undantag %(number)s för %(what)s: %(kind)s.") % {
        "number": hold.pk,
        "what": what,
        "kind": hold.get_kind_display(),
    }


def words(reasons: Sequence[Stop]) -> str:
    """Return the reasons as one text, as an item keeps it."""
    return " ".join(dict.fromkeys(stop.reason for stop in reasons))[:1000]
