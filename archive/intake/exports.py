"""A platform's export of a channel: an archive or data as the platform packed them. Kept as it came, and never unpacked.

Whoever made it is known (the platform), who handed it over too; what it holds is only listed.
"""

import json
import zipfile
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from archive.intake.reasons import IntakeError
from channels.attachments import safe_name

MOST_MEMBERS = 200_000
LISTED = 400
_MOST_JSON = 50_000_000  # bytes


@dataclass(frozen=True)
class Export:
    """What an export is. `members` are the names and sizes (bytes) of what is in it, the first LISTED of `count`."""

    name: str
    content_type: str
    members: tuple[tuple[str, int], ...] = ()
    count: int = 0


def inspect_export(upload: File) -> Export:
    """Return what the export is, by its content: a ZIP archive or JSON. Leaves it rewound.

    Raises IntakeError for what is empty, too large (settings.SNAPSHOT_MAX_BYTES), broken, locked or something else.
    """
    if not upload.size:
        raise IntakeError(_("Filen är tom. Välj en fil med innehåll."))
    if upload.size > settings.SNAPSHOT_MAX_BYTES:
        limit = settings.SNAPSHOT_MAX_BYTES // (1024 * 1024)
        raise IntakeError(_("Filen är för stor. Den får vara högst %(limit)s MB.") % {"limit": limit})
    upload.seek(0)
    head = upload.read(4)
    upload.seek(0)
    if head.startswith(b"PK"):
        return _archive(upload)
    if upload.size <= _MOST_JSON and _is_json(upload):
        return Export(safe_name(upload.name or "", ".json", _("export")), "application/json")
    raise IntakeError(
        _("Det här är ingen export som vi känner igen. Välj den zip-fil eller json-fil som plattformen gav.")
    )


def _archive(upload: File) -> Export:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise IntakeError(_("Zip-filen är trasig eller avbruten. Hämta den från plattformen på nytt.")) from broken
    finally:
        upload.seek(0)
    if not members:
        raise IntakeError(_("Zip-filen är tom."))
    if len(members) > MOST_MEMBERS:
        raise IntakeError(_("Zip-filen innehåller för många filer."))
    if any(one.flag_bits & 1 for one in members):
        raise IntakeError(_("Zip-filen har lösenord. Hämta den från plattformen utan lösenord."))
    listed = tuple((one.filename, one.file_size) for one in members[:LISTED])
    return Export(safe_name(upload.name or "", ".zip", _("export")), "application/zip", listed, len(members))


def _is_json(upload: File) -> bool:
    try:
        return isinstance(json.loads(upload.read()), dict | list)
    except (ValueError, RecursionError):
        return False
    finally:
        upload.seek(0)
