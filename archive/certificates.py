"""Whether a certificate holds: against its own checksum, the sealed event, the list, and what is there now."""

import hashlib
import json

from django.utils.translation import gettext as _

from archive.models import DisposalCertificate, DisposalItem, Record, StoredFile
from kommun.events import events_about


def problems_of(certificate: DisposalCertificate) -> list[str]:
    """Return what is wrong with it, in sentences. Nothing: it holds. One that is not issued yet is a problem too."""
    if certificate.finished_at is None:
        return [_("Intyget är inte utfärdat än.")]
    found = []
    digest = hashlib.sha256(certificate.content.encode()).hexdigest()
    if digest != certificate.sha256:
        found.append(_("Innehållet stämmer inte med intygets kontrollsumma."))
    event = events_about(certificate.listing).filter(kind="disposal.finished").last()
    if event is None or json.loads(event.payload)["data"].get("sha256") != digest:
        found.append(_("Kontrollsumman är en annan än den som står i händelsekedjan."))
    said = json.loads(certificate.content)
    numbers = [one["number"] for one in said["destroyed"]]
    items = certificate.listing.items.filter(state=DisposalItem.State.DESTROYED)
    if sorted(numbers) != sorted(items.values_list("record_number", flat=True)) or said["count"] != len(numbers):
        found.append(_("Intyget räknar upp andra handlingar än listan."))
    if Record.objects.filter(pk__in=numbers).exists():
        found.append(_("En handling som intyget säger är gallrad finns kvar."))
    files = [pk for row in items.values_list("file_numbers", flat=True) for pk in row]
    if StoredFile.objects.filter(pk__in=files).exists() or items.exclude(paths=[]).exists():
        found.append(_("En fil som intyget säger är gallrad finns kvar."))
    return found
